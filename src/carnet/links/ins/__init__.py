"""The national identity teleservice (INSi): asked by a person, one answer at a time. Being asked needs an approved
program and a certificate, which no open program has by itself: until then only the fake answers."""

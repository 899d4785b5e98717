// NDEF messages, Type 4 Tags and secure dynamic messaging.

"""RTMP, publishing only: a server for encoders, and a client that passes on what a session shows.

Sources: Adobe's RTMP 1.0 specification, AMF0, the FLV file format 10.1. From the bytes up:

    handshake  chunks  amf       bytes to messages and back, without any input or output
    messages                     the numbers and the standard answers
    media  flv                   which media are taken, and their form on disk
    session                      one encoder's conversation, still without input or output
    connection  guard            the same with a socket, time-outs and limits
    server                       all of them, on a loop or in a thread
    push                         the other side: we are the encoder
"""

from streaming.rtmp.connection import Door, Limits, Sink
from streaming.rtmp.errors import ProtocolError, Refused, WrongKey
from streaming.rtmp.server import Listener, serving

__all__ = ["Door", "Limits", "Listener", "ProtocolError", "Refused", "Sink", "WrongKey", "serving"]

import ControllerFeed

/// `diffmsm_feed.py`: constants, formats for the module struct, and a reader that checks everything.
func pythonReader() -> String {
  var text = """
    # \(origin)
    \"\"\"Messages of DiffMSM's controller feed: constants, layouts, and bytes to values.\"\"\"
    \(imports("math", "struct"))

    MAGIC = 0x\(hex(UInt64(FeedContract.magic), 8))
    VERSION = \(FeedContract.version)
    PARAMETER_SLOTS = \(FeedContract.parameterSlots)
    COORDINATE_SLOTS = \(FeedContract.coordinateSlots)
    MUSCLE_SLOTS = \(FeedContract.muscleSlots)
    SEGMENT_MAGIC = 0x\(hex(UInt64(FeedSegment.magic), 8))
    SEGMENT_SIZE = \(FeedSegment.byteCount)
    SEGMENT_STATE = \(FeedSegment.statePlace)
    SEGMENT_PARAMETERS = \(FeedSegment.parametersPlace)
    SEGMENT_INTERACTION = \(FeedSegment.interactionPlace)


    """
  text += "STATES = {\n"
  for state in states { text += "    \(state.value): \"\(state.name)\",\n" }
  text += "}\n"
  for (prefix, words, constants) in FeedContract.bits {
    text += "\n# \(words)\n"
    for constant in constants {
      text += "\(prefix)_\(constant.name.uppercased()) = 0x\(hex(UInt64(constant.value), 8))"
      text += "  # \(constant.summary)\n"
    }
  }
  text += "HOLD_NAMES = {\n"
  for reason in HoldReasons.constants {
    text += "    HOLD_\(reason.name.uppercased()): \"\(reason.name)\",\n"
  }
  text += "}\n\n# kind: (name, format, [(field, numbers, unit)])\nLAYOUTS = {\n"
  for layout in FeedContract.layouts {
    let format = layout.fields.map { ($0.count > 1 ? "\($0.count)" : "") + code($0.number) }
    text += "    \(layout.kind): (\n        \"\(layout.name)\",\n"
    text += "        \"<\(format.joined())\",\n        [\n"
    for field in layout.fields {
      text += "            (\"\(field.name)\", \(field.count), \"\(field.unit)\"),\n"
    }
    text += "        ],\n    ),\n"
  }
  text += """
    }
    SIZES = {kind: struct.calcsize(layout[1]) for kind, layout in LAYOUTS.items()}

    _TABLE = []
    for _byte in range(256):
        for _ in range(8):
            _byte = _byte >> 1 ^ (0x82F63B78 if _byte & 1 else 0)
        _TABLE.append(_byte)


    def crc32c(data):
        \"\"\"CRC-32C (Castagnoli) of bytes.\"\"\"
        rest = 0xFFFFFFFF
        for byte in data:
            rest = rest >> 8 ^ _TABLE[(rest ^ byte) & 0xFF]
        return rest ^ 0xFFFFFFFF


    class Malformed(ValueError):
        \"\"\"Bytes that are no message of this contract.\"\"\"


    def decode(data):
        \"\"\"A message as a dictionary, fields of several numbers as tuples; raises Malformed.\"\"\"
        if len(data) < 8:
            raise Malformed("too short")
        magic, version, kind = struct.unpack_from("<IHB", data)
        if magic != MAGIC:
            raise Malformed("wrong magic")
        if version != VERSION:
            raise Malformed("version %d, expected %d" % (version, VERSION))
        if kind not in LAYOUTS:
            raise Malformed("unknown kind %d" % kind)
        if len(data) != SIZES[kind]:
            raise Malformed("%d bytes, expected %d" % (len(data), SIZES[kind]))
        if crc32c(data[:-4]) != struct.unpack_from("<I", data, len(data) - 4)[0]:
            raise Malformed("wrong CRC")
        name, layout, fields = LAYOUTS[kind]
        numbers = struct.unpack(layout, data)
        message = {"name": name}
        place = 0
        for field, count, _ in fields:
            message[field] = numbers[place] if count == 1 else numbers[place : place + count]
            place += count
        if message["size"] != len(data):
            raise Malformed("its size is not its length")
        for value in numbers:
            if isinstance(value, float) and not math.isfinite(value):
                raise Malformed("a value is not finite")
        return message

    """
  return text
}

private func code(_ number: FeedNumber) -> String {
  switch number {
  case .u8: "B"
  case .u16: "H"
  case .u32: "I"
  case .u64: "Q"
  case .i64: "q"
  case .f32: "f"
  }
}

/// Lines of Python; in one piece they would look like this module's own.
private func imports(_ modules: String...) -> String {
  modules.map { "import " + $0 }.joined(separator: "\n")
}

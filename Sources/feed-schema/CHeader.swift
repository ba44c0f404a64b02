import ControllerFeed

/// `diffmsm_feed.h`: constants, structures of the exact layout, and readers for any host's byte order.
func cHeader() -> String {
  var text = """
    /* \(origin) */
    #ifndef DIFFMSM_FEED_H
    #define DIFFMSM_FEED_H
    #include <stdint.h>
    #include <string.h>

    #define DIFFMSM_FEED_MAGIC UINT32_C(0x\(hex(UInt64(FeedContract.magic), 8)))
    #define DIFFMSM_FEED_VERSION \(FeedContract.version)
    #define DIFFMSM_FEED_LARGEST \(FeedContract.largestMessage)
    #define DIFFMSM_PARAMETER_SLOTS \(FeedContract.parameterSlots)
    #define DIFFMSM_COORDINATE_SLOTS \(FeedContract.coordinateSlots)
    #define DIFFMSM_MUSCLE_SLOTS \(FeedContract.muscleSlots)

    /* Shared memory: at each place a lock of four bytes, four of nothing, then a message. */
    #define DIFFMSM_SEGMENT_MAGIC UINT32_C(0x\(hex(UInt64(FeedSegment.magic), 8)))
    #define DIFFMSM_SEGMENT_SIZE \(FeedSegment.byteCount)
    #define DIFFMSM_SEGMENT_STATE \(FeedSegment.statePlace)
    #define DIFFMSM_SEGMENT_PARAMETERS \(FeedSegment.parametersPlace)
    #define DIFFMSM_SEGMENT_INTERACTION \(FeedSegment.interactionPlace)


    """
  for layout in FeedContract.layouts {
    text += "/* \(layout.summary) */\n"
    text += "#define DIFFMSM_KIND_\(layout.name.uppercased()) \(layout.kind)\n"
    text += "#define DIFFMSM_SIZE_\(layout.name.uppercased()) \(layout.byteCount)\n"
  }
  text += "\n/* State of the sender. */\n"
  for state in states {
    text +=
      "/* \(state.summary) */\n#define DIFFMSM_STATE_\(state.name.uppercased()) \(state.value)\n"
  }
  for (prefix, words, constants) in FeedContract.bits {
    text += "\n/* \(words) */\n"
    for constant in constants {
      text += "/* \(constant.summary) */\n"
      text += "#define DIFFMSM_\(prefix)_\(constant.name.uppercased())"
      text += " UINT32_C(0x\(hex(UInt64(constant.value), 8)))\n"
    }
  }
  text += """

    /* Little-endian numbers at any address, on any host. */
    static inline uint16_t diffmsm_u16(const unsigned char *b) {
      return (uint16_t)((unsigned)b[0] | (unsigned)b[1] << 8);
    }
    static inline uint32_t diffmsm_u32(const unsigned char *b) {
      return (uint32_t)diffmsm_u16(b) | (uint32_t)diffmsm_u16(b + 2) << 16;
    }
    static inline uint64_t diffmsm_u64(const unsigned char *b) {
      return (uint64_t)diffmsm_u32(b) | (uint64_t)diffmsm_u32(b + 4) << 32;
    }
    static inline int64_t diffmsm_i64(const unsigned char *b) {
      const uint64_t bits = diffmsm_u64(b);
      int64_t value;
      memcpy(&value, &bits, sizeof value);
      return value;
    }
    static inline float diffmsm_f32(const unsigned char *b) {
      const uint32_t bits = diffmsm_u32(b);
      float value;
      memcpy(&value, &bits, sizeof value);
      return value;
    }

    """
  for layout in FeedContract.layouts { text += structure(layout) }
  return text + "\n#endif\n"
}

/// A message as a structure, a check of its size at compile time, and its reader.
private func structure(_ layout: FeedLayout) -> String {
  let name = "diffmsm_\(layout.name)"
  var text = "\n/* \(layout.summary) */\ntypedef struct \(name) {\n"
  for field in layout.fields {
    let size = field.count > 1 ? "[\(field.count)]" : ""
    text +=
      "  \(cType(field.number)) \(field.name)\(size); /* \(field.summary) [\(field.unit)] */\n"
  }
  text += "} \(name);\n"
  text += "typedef char \(name)_has_no_padding[sizeof(\(name)) == \(layout.byteCount) ? 1 : -1];\n"
  text += "static inline void \(name)_read(\(name) *message, const unsigned char *bytes) {\n"
  if layout.fields.contains(where: { $0.count > 1 }) { text += "  unsigned i;\n" }
  for field in layout.fields {
    let reader = field.number == .u8 ? "" : "diffmsm_\(field.number.rawValue)"
    if field.count == 1 {
      let source = field.number == .u8 ? "bytes[\(field.offset)]" : "(bytes + \(field.offset))"
      text += "  message->\(field.name) = \(reader)\(source);\n"
    } else {
      let size = field.number.byteCount
      text += "  for (i = 0; i < \(field.count)u; i++)\n"
      text +=
        "    message->\(field.name)[i] = \(reader)(bytes + \(field.offset)u + \(size)u * i);\n"
    }
  }
  return text + "}\n"
}

private func cType(_ number: FeedNumber) -> String {
  switch number {
  case .u8: "uint8_t"
  case .u16: "uint16_t"
  case .u32: "uint32_t"
  case .u64: "uint64_t"
  case .i64: "int64_t"
  case .f32: "float"
  }
}

/// `value` with at least `digits` hexadecimal digits.
func hex(_ value: UInt64, _ digits: Int) -> String {
  let text = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}

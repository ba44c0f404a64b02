import Testing

@testable import Devices

@Suite struct NumberCodingTests {
  @Test(
    arguments: [
      (NumberType.int24, ByteOrder.big, [0x01, 0x23, 0x45], 74565),
      (.int24, .big, [0x80, 0x00, 0x00], -8_388_608),
      (.int24, .little, [0xFE, 0xFF, 0xFF], -2),
      (.uint8, .big, [0xFF], 255),
      (.int16, .big, [0xFF, 0x7F], -129),
      (.uint16, .little, [0x34, 0x12], 0x1234),
      (.int32, .little, [0x00, 0x00, 0x00, 0x80], -2_147_483_648),
      (.uint32, .big, [0xFF, 0xFF, 0xFF, 0xFE], 4_294_967_294),
    ] as [(NumberType, ByteOrder, [UInt8], Int64)])
  func bytesAndNumbersAgree(type: NumberType, order: ByteOrder, bytes: [UInt8], number: Int64) {
    #expect(type.read([0xEE] + bytes + [0xEE], at: 1, order) == number)
    var written = [UInt8](repeating: 0xEE, count: bytes.count + 2)
    type.write(number, to: &written, at: 1, order)
    #expect(written == [0xEE] + bytes + [0xEE])
  }

  @Test func rangesAreTwosComplement() {
    #expect(NumberType.int24.range == -8_388_608...8_388_607)
    #expect(NumberType.uint16.range == 0...65535)
    #expect(NumberType.int32.range == Int64(Int32.min)...Int64(Int32.max))
    #expect(NumberType.uint32.range == 0...Int64(UInt32.max))
  }

  @Test func checksumsOfTheStandardText() {
    // The check values of "123456789": CRC-16/IBM-3740 (CCITT-FALSE) is 0x29B1 in the CRC catalogue;
    // the sum of 0x31...0x39 is 0x1DD, their exclusive or 0x31.
    let text = Array("123456789".utf8)
    #expect(Checksum.crc16CCITT.value(of: text, in: 0..<9) == 0x29B1)
    #expect(Checksum.sum8.value(of: text, in: 0..<9) == 0xDD)
    #expect(Checksum.xor8.value(of: text, in: 0..<9) == 0x31)
    #expect(Checksum.none.value(of: text, in: 0..<9) == 0)
  }
}

import Foundation
import TestSupport
import Testing

@testable import ControllerFeed

@Suite struct ContractTests {
  @Test func messagesAreShortAndHaveNoHoles() {
    for layout in FeedContract.layouts {
      #expect(layout.byteCount <= FeedContract.largestMessage)
      #expect(layout.byteCount.isMultiple(of: 8))
      var end = 0
      for field in layout.fields {
        #expect(field.offset == end, "\(layout.name).\(field.name)")
        #expect(field.offset.isMultiple(of: field.number.byteCount))
        end += field.byteCount
      }
      #expect(end == layout.byteCount)
      #expect(Set(layout.fields.map(\.name)).count == layout.fields.count)
      #expect(layout.fields.last?.name == "crc")
    }
    #expect(Set(FeedContract.layouts.map(\.kind)).count == FeedContract.layouts.count)
    #expect(FeedContract.parameterSlots >= 48)
  }

  @Test func placesInTheSegmentDoNotOverlap() {
    let size = FeedContract.parameters.byteCount
    #expect(FeedSegment.statePlace + FeedSegment.lockSize + size <= FeedSegment.parametersPlace)
    #expect(FeedSegment.parametersPlace + FeedSegment.lockSize + size <= FeedSegment.byteCount)
    for place in [FeedSegment.statePlace, FeedSegment.parametersPlace] {
      #expect(place.isMultiple(of: 64))
    }
  }

  @Test func constantsAreDistinctBits() {
    for constants in [FeedFlags.constants, HoldReasons.constants] {
      var seen: UInt32 = 0
      for constant in constants {
        #expect(constant.value.nonzeroBitCount == 1 && constant.value & seen == 0)
        seen |= constant.value
      }
    }
    #expect(HoldReasons([.stale, .gap]).names == ["stale", "gap"])
  }

  /// The check value of "123456789" that every catalogue of CRCs gives for CRC-32C.
  @Test func checkValueIsTheCatalogues() {
    let text = Array("123456789".utf8)
    #expect(CRC32C().value(of: text, count: text.count) == 0xE306_9283)
    #expect(CRC32C().value(of: Array(repeating: 0, count: 32), count: 32) == 0x8A91_36AA)
  }

  /// Vectors of the reference implementation: key and messages count up from zero.
  @Test func tagsAreTheReferencesOwn() {
    let hash = SipHash(key: (0..<16).map { UInt8($0) })
    let message = (0..<64).map { UInt8($0) }
    #expect(hash.tag(of: message, count: 0) == 0x726F_DB47_DD0E_0E31)
    #expect(hash.tag(of: message, count: 8) == 0x93F5_F579_9A93_2462)
    #expect(hash.tag(of: message, count: 15) == 0xA129_CA61_49BE_45E5)
  }

  @Test func hashOfASchemaSeesNamesUnitsAndOrder() {
    let schema = Goldens.schema
    #expect(
      schema.canonicalText == """
        diffmsm-feed 1
        parameter\tmuscle/BRA/max_isometric_force\tN
        parameter\tbody/ulna/mass\tkg
        coordinate\tshoulder\tN*m
        coordinate\telbow\tN*m
        muscle\tBRA\tN

        """)
    var hashes: Set<UInt64> = [schema.hash]
    var other = schema
    other.parameters.swapAt(0, 1)
    hashes.insert(other.hash)
    other = schema
    other.muscles[0].unit = "1"
    hashes.insert(other.hash)
    other = schema
    other.coordinates[1].name = "wrist"
    hashes.insert(other.hash)
    other = schema
    other.parameters.removeLast()
    hashes.insert(other.hash)
    #expect(hashes.count == 5)
  }

  @Test(arguments: ["parameters", "state", "interaction"])
  func bytesAreTheGoldenOnes(kind: String) throws {
    let file = repository.appendingPathComponent("Tests/Goldens/feed/\(kind).hex")
    let golden = try String(contentsOf: file, encoding: .utf8)
    #expect(Goldens.text(of: Goldens.bytes(kind)) == golden)
  }

  @Test func anAnswerIsBelievedOnceAndOnlyWithItsKey() {
    let bytes = Goldens.bytes("interaction")
    func decoder(key: UInt8 = 0, session: UInt64 = 0x1122_3344_5566_7788, limit: Double = 50)
      -> InteractionDecoder
    {
      InteractionDecoder(
        coordinates: 2, schema: Goldens.schema.hash, session: session,
        key: SipHash(key: (0..<16).map { UInt8($0) ^ key }), limit: limit)
    }
    var whole = decoder()
    #expect(whole.decode(bytes, count: bytes.count) == nil)
    #expect(whole.torque == [1.5, -2.25])
    #expect(whole.decode(bytes, count: bytes.count) == .repeated)
    var stranger = decoder(key: 1)
    #expect(stranger.decode(bytes, count: bytes.count) == .unauthenticated)
    var other = decoder(session: 1)
    #expect(other.decode(bytes, count: bytes.count) == .foreign)
    var careful = decoder(limit: 2)
    #expect(careful.decode(bytes, count: bytes.count) == .outOfBounds)
    #expect(careful.torque == [0, 0])
    #expect(careful.decode(bytes, count: bytes.count - 1) == .malformed)
    #expect(careful.decode([], count: 0) == .malformed)
    // every single damaged bit is seen
    for bit in 0..<(8 * bytes.count) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      var fresh = decoder()
      #expect(fresh.decode(damaged, count: damaged.count) == .malformed)
    }
  }

  @Test func encodingAllocatesNothing() {
    var encoder = FeedEncoder()
    let parameters = Goldens.parameters
    let state = Goldens.state
    encoder.encode(parameters)
    let count = allocations {
      for _ in 0..<100 {
        encoder.encode(parameters)
        encoder.encode(state)
      }
    }
    #expect(count == 0)
  }
}

@Suite struct GeneratedFileTests {
  /// What feed-schema writes is what is checked in.
  @Test func checkedInFilesAreTheDefinitions() async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/feed-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let result = try await Tool.run(Tool.beside("feed-schema"), [folder])
    #expect(result.code == 0, "\(result.complaints)")
    for name in ["diffmsm_feed.h", "diffmsm_feed.py", "diffmsm_feed.json", "diffmsm_feed_bus.m"] {
      let made = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
      let kept = try String(
        contentsOf: repository.appendingPathComponent("feed/" + name), encoding: .utf8)
      #expect(made == kept, "feed/\(name) is not what \"feed-schema feed\" writes; run it")
    }
  }

  @Test func aWrongFolderIsSaid() async throws {
    let result = try await Tool.run(Tool.beside("feed-schema"), ["/nowhere/at/all"])
    #expect(result.code == 73 && result.complaints.contains("/nowhere/at/all: error:"))
    #expect(try await Tool.run(Tool.beside("feed-schema"), []).code == 64)
  }
}

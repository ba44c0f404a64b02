internal import Configuration
internal import ControllerFeed
internal import Foundation
internal import Identification
internal import Musculoskeletal

extension SessionAssembly {
  /// The inlet of a worn device's torque; nil when the session has none.
  func interactionInlet(
    session: UInt64, notice: @escaping @Sendable (String) -> Void
  ) throws -> InteractionInlet? {
    guard let feed = configuration.feed, let interaction = feed.interaction,
      let plan = FeedPlan(configuration, model: model)
    else { return nil }
    let decoder = InteractionDecoder(
      coordinates: plan.coordinates.count, schema: plan.schema.hash, session: session,
      key: try key(interaction.keyFile), limit: interaction.limit)
    let place: InteractionCarrier.Place =
      if let name = interaction.sharedMemory {
        .memory(name: name, group: feed.group)
      } else {
        .udp(address: interaction.address, port: UInt16(interaction.port ?? 0))
      }
    let carrier: InteractionCarrier
    do throws(CarrierError) {
      carrier = try InteractionCarrier(place)
    } catch {
      throw SessionError(
        .unavailable, file: configuration.file,
        message: "the device's torque cannot be heard: \(error.place): \(error.message)",
        remedy: error.remedy)
    }
    return try InteractionInlet(
      carrier, decoder: decoder, places: plan.coordinates,
      coordinateCount: model.limb.coordinateCount, notice: notice)
  }

  /// The key in `file`, which is its owner's alone.
  private func key(_ file: String) throws(SessionError) -> SipHash {
    func wrong(_ message: String, _ remedy: String) -> SessionError {
      SessionError(.configuration, file: file, message: message, remedy: remedy)
    }
    let make = "make it with \"(umask 077; od -An -N16 -tx1 /dev/urandom | tr -d ' \\n' >FILE)\""
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw wrong("feed.interaction.key_file cannot be read", make)
    }
    var facts = stat()
    guard stat(file, &facts) == 0, facts.st_mode & 0o077 == 0 else {
      throw wrong("the key may be read by others", "chmod 600 \(file)")
    }
    let digits = Array(text.trimmingCharacters(in: .whitespacesAndNewlines))
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(digits[$0...($0 + 1)]), radix: 16)
    }
    guard digits.count == 32, bytes.count == 16 else {
      throw wrong("a key is 32 hexadecimal digits", make)
    }
    return SipHash(key: bytes)
  }
}

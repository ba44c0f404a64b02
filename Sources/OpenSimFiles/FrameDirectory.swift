internal import Musculoskeletal

/// A frame fixed in a body: the body and where the frame sits in it.
struct FixedFrame {
  /// The body that carries it; nil is the ground (index into bodies).
  var body: Int?
  /// Where the frame sits in the body.
  var placement = Placement()
}

/// Finds the body or offset frame that a socket's path means.
struct FrameDirectory {
  /// Names of the bodies, in model order (bodyCount).
  let bodyNames: [String]
  /// Every offset frame with its element, in file order.
  private(set) var offsetFrames: [(element: OpenSimElement, frame: FixedFrame)] = []
  private let bodies: [String: Int]
  private var offsets: [String: FixedFrame] = [:]

  /// A directory of these bodies, and of the offset frames that joints, bodies, the ground and the
  /// model own.
  init(
    bodies bodyElements: [OpenSimElement], joints: [OpenSimElement], ground: OpenSimElement?,
    model: OpenSimElement
  ) throws(OpenSimError) {
    bodyNames = bodyElements.compactMap(\.name)
    bodies = Dictionary(uniqueKeysWithValues: zip(bodyNames, bodyNames.indices))

    var waiting: [(key: String, element: OpenSimElement, owner: String)] = []
    for joint in joints {
      guard let frames = try joint.property("frames") else { continue }
      try requireUniqueNames(frames.children, kind: "frame")
      for frame in frames.children {
        guard frame.tag == "PhysicalOffsetFrame" else {
          throw frame.error(
            "\(frame.label) of \(joint.label) is a kind of frame that is not supported",
            remedy: "replace it by a PhysicalOffsetFrame")
        }
        let owner = try joint.requiredName()
        waiting.append((try owner + "/" + frame.requiredName(), frame, owner))
      }
    }
    // frames that are no joint's: other components beside them are judged elsewhere
    var owners: [(name: String, element: OpenSimElement)] = []
    for body in bodyElements { owners.append((try body.requiredName(), body)) }
    if let ground { owners.append(("ground", ground)) }
    owners.append(("", model))
    for (name, owner) in owners {
      var components = try owner.property("components")?.children ?? []
      if name.isEmpty { components += try owner.objects(ofSet: "ComponentSet") }
      for frame in components where frame.tag == "PhysicalOffsetFrame" {
        waiting.append((try name + "/" + frame.requiredName(), frame, name))
      }
    }

    // a frame may hang on another, which is then found first
    while !waiting.isEmpty {
      var stillWaiting: [(key: String, element: OpenSimElement, owner: String)] = []
      for item in waiting {
        let socket = try item.element.requiredProperty(
          "socket_parent", holding: "/bodyset/NAME or /ground")
        guard let parent = known(socket, owner: item.owner) else {
          stillWaiting.append(item)
          continue
        }
        let own = Placement(
          rotation: Rotation(
            bodyFixedXYZ: try item.element.vector("orientation", unit: "rad", fallback: .zero)),
          translation: try item.element.vector("translation", unit: "m", fallback: .zero))
        let isOnBody = parent.placement == Placement()
        let frame = FixedFrame(
          body: parent.body, placement: isOnBody ? own : parent.placement * own)
        offsets[item.key] = frame
        offsetFrames.append((item.element, frame))
      }
      guard stillWaiting.count < waiting.count else {
        let item = stillWaiting[0]
        let socket = try item.element.requiredProperty("socket_parent", holding: "a frame")
        throw unknown(socket, owner: nil)
      }
      waiting = stillWaiting
    }
  }

  /// The body that `socket` names; nil is the ground.
  func body(of socket: OpenSimElement, owner: String? = nil) throws(OpenSimError) -> Int? {
    guard let frame = knownBody(socket, owner: owner) else { throw unknown(socket, owner: owner) }
    return frame.body
  }

  /// The frame that `socket` of the joint `joint`, or of anything else, names: an offset frame or a
  /// body.
  func frame(of socket: OpenSimElement, joint: String? = nil) throws(OpenSimError) -> FixedFrame {
    guard let frame = known(socket, owner: joint) else { throw unknown(socket, owner: joint) }
    return frame
  }

  private func known(_ socket: OpenSimElement, owner: String?) -> FixedFrame? {
    let steps = steps(of: socket)
    if let last = steps.last {
      let stated = steps.count > 1 ? steps[steps.count - 2] : owner ?? ""
      if let offset = offsets[stated + "/" + last] { return offset }
      if steps.count == 1, let offset = offsets["/" + last] { return offset }
    }
    return knownBody(socket, owner: owner)
  }

  private func knownBody(_ socket: OpenSimElement, owner: String?) -> FixedFrame? {
    let steps = steps(of: socket)
    guard let last = steps.last else {
      // ".." means the frame's owner
      guard socket.trimmed == "..", let owner else { return nil }
      if owner == "ground" { return FixedFrame(body: nil) }
      return bodies[owner].map { FixedFrame(body: $0) }
    }
    if last == "ground", steps.count == 1 { return FixedFrame(body: nil) }
    let isPlain = steps.count == 1 || steps[steps.count - 2].lowercased() == "bodyset"
    guard isPlain, let body = bodies[last] else { return nil }
    return FixedFrame(body: body)
  }

  /// The path's names, without the climbing.
  private func steps(of socket: OpenSimElement) -> [String] {
    socket.trimmed.split(separator: "/").map(String.init).filter { $0 != "." && $0 != ".." }
  }

  private func unknown(_ socket: OpenSimElement, owner: String?) -> OpenSimError {
    let own = owner.map { $0 + "/" } ?? "/"
    let frames = offsets.keys.filter { $0.hasPrefix(own) }.map { String($0.dropFirst(own.count)) }
    let candidates = bodyNames.map { "/bodyset/" + $0 } + ["/ground"] + frames.sorted()
    let asked = steps(of: socket).last ?? ""
    let suggestion = spellingSuggestion(
      for: asked, among: candidates.map { String($0.split(separator: "/").last ?? "") })
    let full = candidates.first { $0.split(separator: "/").last.map(String.init) == suggestion }
    return socket.error(
      "<\(socket.tag)> is \(quoted(socket.trimmed)), and no body or frame is called so",
      remedy: full.map { "did you mean \(quoted($0))?" } ?? "write one of: \(listed(candidates))")
  }
}

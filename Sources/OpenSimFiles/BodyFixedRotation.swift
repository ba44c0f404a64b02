internal import Foundation
internal import Musculoskeletal

extension Rotation {
  /// R = Rx(a) Ry(b) Rz(c): turned about x, then about the new y, then about the new z [rad].
  init(bodyFixedXYZ angles: Vector3) {
    let (ca, sa) = (cos(angles.x), sin(angles.x))
    let (cb, sb) = (cos(angles.y), sin(angles.y))
    let (cc, sc) = (cos(angles.z), sin(angles.z))
    self.init(
      x: Vector3(cb * cc, ca * sc + sa * sb * cc, sa * sc - ca * sb * cc),
      y: Vector3(-cb * sc, ca * cc - sa * sb * sc, sa * cc + ca * sb * sc),
      z: Vector3(sb, -sa * cb, ca * cb))
  }
}

#!/usr/bin/env python3
"""Writes what OpenSim itself reads from a model, one line a fact, for Tests/OpenSimFilesTests.

    dump_osim.py MODEL.osim OUT.csv

Needs the `opensim` wheel (4.6). A line is a key and numbers with all their digits: mass properties, joint
axes as the place of every body in a few poses, coordinates, muscle properties, path points, wrap objects.
The credits of the model go to the first line; keep them wherever the table goes.
"""

import random
import sys

import opensim as osim

POSES = 4
osim.Logger.setLevelString("Error")


def main(model_file, out_file):
    model = osim.Model(model_file)
    state = model.initSystem()
    lines = []

    def fact(key, *numbers):
        lines.append(",".join([key, *(repr(float(number)) for number in numbers)]))

    def vec(v):
        return [v.get(i) for i in range(3)]

    def transform(x):
        return [x.R().get(i, k) for k in range(3) for i in range(3)] + vec(x.p())

    def value(thing, name):
        return osim.PropertyHelper.getValueDouble(thing.getPropertyByName(name))

    def truth(thing, name):
        return float(osim.PropertyHelper.getValueBool(thing.getPropertyByName(name)))

    def optional(thing, name):
        prop = thing.getPropertyByName(name)
        return [osim.PropertyHelper.getValueDouble(prop)] if prop.size() else []

    fact("gravity", *vec(model.get_gravity()))
    for body in model.getBodySet():
        inertia = body.get_inertia()
        fact(f"body/{body.getName()}", body.getMass(), *vec(body.get_mass_center()),
             *(inertia.get(i) for i in range(6)))

    coordinates = list(model.getCoordinateSet())
    couplers = [osim.CoordinateCouplerConstraint.safeDownCast(c) for c in model.getConstraintSet()]
    dependents = {c.getDependentCoordinateName(): c for c in couplers if c and c.get_isEnforced()}
    for c in coordinates:
        kind = c.getMotionType()
        fact(f"coordinate/{c.getName()}", c.getDefaultValue(), c.getRangeMin(), c.getRangeMax(),
             c.get_locked(), -1 if kind == 3 else kind == 2, c.getName() in dependents)

    # poses: the free coordinates anywhere in their ranges, the coupled ones where their couplers say
    draw = random.Random(1)
    for pose in range(POSES):
        values = []
        for c in coordinates:
            low, high = max(c.getRangeMin(), -3), min(c.getRangeMax(), 3)
            q = c.getDefaultValue() if pose == 0 or c.get_locked() else low + (high - low) * draw.random()
            values.append(q)
        known = {c.getName(): q for c, q in zip(coordinates, values)}
        for _ in dependents:
            for name, coupler in dependents.items():
                independent = osim.PropertyHelper.getValueString(
                    coupler.getPropertyByName("independent_coordinate_names"), 0)
                x = osim.Vector(1, known[independent])
                known[name] = value(coupler, "scale_factor") * coupler.getFunction().calcValue(x)
        for c in coordinates:
            c.setLocked(state, False)
        for c in coordinates:
            c.setValue(state, known[c.getName()], False)
        model.realizePosition(state)
        fact(f"pose/{pose}", *(known[c.getName()] for c in coordinates))
        for body in model.getBodySet():
            fact(f"pose/{pose}/{body.getName()}", *transform(body.getTransformInGround(state)))

    frames = [model.getGround(), *model.getBodySet()]
    for frame in frames:
        for wrap in frame.getWrapObjectSet():
            key = f"wrap/{frame.getName()}/{wrap.getName()}"
            fact(key, *transform(wrap.getTransform()), truth(wrap, "active"))
            quadrant = osim.PropertyHelper.getValueString(wrap.getPropertyByName("quadrant"))
            lines.append(f"{key}/quadrant/{'all' if quadrant == 'Unassigned' else quadrant}")
            if wrap.getConcreteClassName() == "WrapEllipsoid":
                dimensions = osim.WrapEllipsoid.safeDownCast(wrap).get_dimensions()
                fact(f"{key}/ellipsoid", *vec(dimensions))
            else:
                names = {"WrapCylinder": ("radius", "length"), "WrapSphere": ("radius",),
                         "WrapTorus": ("inner_radius", "outer_radius")}[wrap.getConcreteClassName()]
                fact(f"{key}/{wrap.getConcreteClassName()[4:].lower()}", *(value(wrap, n) for n in names))

    for muscle in model.getMuscles():
        key = f"muscle/{muscle.getName()}"
        kind = muscle.getConcreteClassName()
        lines.append(f"{key}/{kind}")
        fact(f"{key}/hill", *(value(muscle, n) for n in (
            "max_isometric_force", "optimal_fiber_length", "tendon_slack_length",
            "pennation_angle_at_optimal", "max_contraction_velocity")))
        fact(f"{key}/tendon", truth(muscle, "ignore_tendon_compliance"))
        fact(f"{key}/activation", truth(muscle, "ignore_activation_dynamics"),
             value(muscle, "activation_time_constant"), value(muscle, "deactivation_time_constant"))
        if kind == "Thelen2003Muscle":
            fact(f"{key}/shape", *(value(muscle, n) for n in (
                "minimum_activation", "FmaxTendonStrain", "FmaxMuscleStrain", "KshapeActive", "KshapePassive",
                "Af", "Flen", "fv_linear_extrap_threshold")))
        elif kind == "Millard2012EquilibriumMuscle":
            m = osim.Millard2012EquilibriumMuscle.safeDownCast(muscle)
            fact(f"{key}/shape", value(m, "minimum_activation"), value(m, "fiber_damping"))
            curve = m.getActiveForceLengthCurve()
            fact(f"{key}/active", *(value(curve, n) for n in (
                "min_norm_active_fiber_length", "transition_norm_fiber_length", "max_norm_active_fiber_length",
                "shallow_ascending_slope", "minimum_value")))
            curve = m.getForceVelocityCurve()
            fact(f"{key}/velocity", *(value(curve, n) for n in (
                "concentric_slope_at_vmax", "concentric_slope_near_vmax", "isometric_slope",
                "eccentric_slope_at_vmax", "eccentric_slope_near_vmax",
                "max_eccentric_velocity_force_multiplier", "concentric_curviness", "eccentric_curviness")))
            curve = m.getFiberForceLengthCurve()
            fact(f"{key}/passive", value(curve, "strain_at_zero_force"), value(curve, "strain_at_one_norm_force"),
                 *(x for n in ("stiffness_at_low_force", "stiffness_at_one_norm_force", "curviness")
                   for x in optional(curve, n)))
            curve = m.getTendonForceLengthCurve()
            fact(f"{key}/elastic", value(curve, "strain_at_one_norm_force"),
                 *(x for n in ("stiffness_at_one_norm_force", "norm_force_at_toe_end", "curviness")
                   for x in optional(curve, n)))
        elif kind == "DeGrooteFregly2016Muscle":
            fact(f"{key}/shape", *(value(muscle, n) for n in (
                "activation_dynamics_smoothing", "active_force_width_scale", "fiber_damping",
                "passive_fiber_strain_at_one_norm_force", "tendon_strain_at_one_norm_force")))
        path = osim.GeometryPath.safeDownCast(muscle.get_path())
        for point in path.getPathPointSet():
            name = f"{key}/point/{point.getName()}"
            frame = point.getParentFrame()
            lines.append(f"{name}/{point.getConcreteClassName()}/{frame.findBaseFrame().getName()}")
            # where it is in its body in the last pose
            place = frame.findTransformInBaseFrame().shiftFrameStationToBase(point.getLocation(state))
            fact(name, *vec(place))
            conditional = osim.ConditionalPathPoint.safeDownCast(point)
            if conditional is not None:
                fact(f"{name}/range", conditional.get_range(0), conditional.get_range(1))
        for wrap in path.getWrapSet():
            method = osim.PropertyHelper.getValueString(wrap.getPropertyByName("method"))
            lines.append(f"{key}/lies_on/{wrap.getWrapObjectName()}/{method}")
            fact(f"{key}/lies_on/{wrap.getWrapObjectName()}", wrap.getStartPoint(), wrap.getEndPoint())

    with open(out_file, "w", encoding="utf-8") as out:
        credit = " ".join(model.getCredits().split())
        out.write(f"# {model.getName()} as OpenSim {osim.GetVersion()} reads it. Credits of the model: {credit}\n")
        out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

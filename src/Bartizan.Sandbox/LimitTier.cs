namespace Bartizan.Sandbox;

/// <summary>How strongly this host lets limits be enforced.</summary>
public enum LimitTier
{
    /// <summary>Per process only: no limit on the sum of memory.</summary>
    Rlimits = 0,

    /// <summary>Cgroup v1 directories.</summary>
    CgroupV1,

    /// <summary>A delegated cgroup v2 subtree.</summary>
    CgroupV2,
}

namespace Bartizan.Core.Enforcement;

/// <summary>What becomes of a chunk of a result.</summary>
public enum InspectionVerdict
{
    /// <summary>The passage ends here: revoked, or a guard said so.</summary>
    Cut = 0,

    /// <summary>Pass the chunk on.</summary>
    Forward,

    /// <summary>Keep it until the next chunk.</summary>
    Hold,

    /// <summary>Pass on the replacement.</summary>
    Replace,
}

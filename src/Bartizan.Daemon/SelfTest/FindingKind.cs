namespace Bartizan.Daemon.SelfTest;

/// <summary>How a case ended. What is not known counts as through.</summary>
internal enum FindingKind
{
    /// <summary>It got where it must not, or, for a control, where it should.</summary>
    Through = 0,

    /// <summary>It did not arrive, but not for the reason that was expected.</summary>
    Unclear,

    /// <summary>This host can't show it.</summary>
    Impossible,

    /// <summary>It was stopped as it should be.</summary>
    Stopped,
}

namespace Bartizan.Daemon.SelfTest;

/// <summary>What a case showed.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Observed">What was seen.</param>
internal readonly record struct Finding(FindingKind Kind, string Observed)
{
    public static Finding Through(string observed) => new(FindingKind.Through, observed);

    public static Finding Stopped(string observed) => new(FindingKind.Stopped, observed);

    public static Finding Unclear(string observed) => new(FindingKind.Unclear, observed);

    public static Finding Impossible(string observed) => new(FindingKind.Impossible, observed);
}

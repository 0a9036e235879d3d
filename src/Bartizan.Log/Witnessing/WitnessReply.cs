namespace Bartizan.Log.Witnessing;

/// <summary>What came of asking a witness.</summary>
/// <param name="Kind">Which way it ended.</param>
/// <param name="Cosignature">When it cosigned.</param>
/// <param name="Size">The size it cosigned last, of a conflict.</param>
/// <param name="Problem">Half a sentence for people; null when it cosigned.</param>
internal sealed record WitnessReply(
    WitnessReplyKind Kind,
    Cosignature? Cosignature = null,
    long Size = 0,
    string? Problem = null
)
{
    public static WitnessReply Absent(string problem) => new(WitnessReplyKind.Absent, Problem: problem);
}

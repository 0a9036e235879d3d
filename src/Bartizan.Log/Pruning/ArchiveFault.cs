namespace Bartizan.Log.Pruning;

/// <summary>One thing that is wrong with an archive.</summary>
/// <param name="Kind">What.</param>
/// <param name="Index">Which entry; null when it isn't about one.</param>
/// <param name="Text">One sentence for people.</param>
public sealed record ArchiveFault(ArchiveFaultKind Kind, long? Index, string Text);

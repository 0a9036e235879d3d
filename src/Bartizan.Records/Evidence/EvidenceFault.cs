namespace Bartizan.Records.Evidence;

/// <summary>One thing that is wrong with a bundle.</summary>
/// <param name="Kind">Which part.</param>
/// <param name="Text">One sentence for people.</param>
public sealed record EvidenceFault(EvidenceFaultKind Kind, string Text);

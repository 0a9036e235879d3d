using Bartizan.Records.Entries;
using Bartizan.Records.Payloads;

namespace Bartizan.Records.Timelines;

/// <summary>A payload of a row, and whether it can still be read.</summary>
/// <param name="Reference">What the leaf says of it.</param>
/// <param name="State">What became of it.</param>
/// <param name="Excerpt">How it begins, when that was asked for and it is whole and text.</param>
public sealed record TimelinePayload(PayloadReference Reference, PayloadState State, string? Excerpt = null);

using Bartizan.Records.Entries;
using Bartizan.Records.Payloads;

namespace Bartizan.Records.Timelines;

/// <summary>A payload of a row, and whether it can still be read.</summary>
public sealed record TimelinePayload(PayloadReference Reference, PayloadState State);

using Bartizan.Core.Enforcement;

namespace Bartizan.Records.Timelines;

/// <summary>What a session reached, how often, and what crossed.</summary>
public sealed record TimelineTarget(Verb Verb, string Target, long Count, long BytesOut, long BytesIn);

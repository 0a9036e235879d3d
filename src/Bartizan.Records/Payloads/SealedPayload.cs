using Bartizan.Records.Entries;

namespace Bartizan.Records.Payloads;

/// <summary>A payload encrypted under its session's key, ready to be written.</summary>
/// <param name="Reference">What the leaf will say of it; its place is filled in when it is written.</param>
/// <param name="Record">The record as it lies in the file.</param>
public sealed record SealedPayload(PayloadReference Reference, ReadOnlyMemory<byte> Record);

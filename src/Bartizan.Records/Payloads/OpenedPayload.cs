namespace Bartizan.Records.Payloads;

/// <summary>A payload read back.</summary>
/// <param name="State">What became of it.</param>
/// <param name="Content">Its bytes, when whole.</param>
public sealed record OpenedPayload(PayloadState State, ReadOnlyMemory<byte> Content);

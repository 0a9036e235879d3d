namespace Bartizan.Gateway.Model.Deciding;

/// <summary>One event of a stream: its bytes as they came, up to and with the blank line, and what they say.</summary>
/// <param name="Raw">The bytes; valid until the next event is read.</param>
/// <param name="Name">The field <c>event</c>; empty when there is none.</param>
/// <param name="Data">The field <c>data</c>; empty when there is none. Valid as long as the bytes.</param>
internal readonly record struct RawEvent(ReadOnlyMemory<byte> Raw, string Name, ReadOnlyMemory<byte> Data);

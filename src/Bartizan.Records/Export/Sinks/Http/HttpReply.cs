namespace Bartizan.Records.Export.Sinks.Http;

/// <summary>What a server answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The beginning of the body.</param>
/// <param name="RetryAfter">How long it asks to be left alone.</param>
internal sealed record HttpReply(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter);

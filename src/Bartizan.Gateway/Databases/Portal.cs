using System.Collections.Immutable;

namespace Bartizan.Gateway.Databases;

/// <summary>A statement with its values, as the server knows it.</summary>
/// <param name="Name">Its name there, which no other ever has.</param>
/// <param name="Prepared">The statement.</param>
/// <param name="Values">The values, as text.</param>
/// <param name="Formats">The formats of its rows.</param>
/// <param name="Sent">Bytes of its values, as they came.</param>
internal sealed record Portal(
    string Name,
    Prepared Prepared,
    ImmutableArray<string?> Values,
    ImmutableArray<short> Formats,
    int Sent
) : ISized
{
    // A text of one byte is an object.
    private const int ValueBytes = 40;

    /// <inheritdoc/>
    public long Bytes => Prepared.OwnBytes + (2L * Sent) + ((long)ValueBytes * Values.Length);
}

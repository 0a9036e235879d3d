using System.Globalization;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// Takes a body out of its framing, piece by piece, as it arrives. Chunk extensions and trailers are read and dropped: they
/// are of one hop, and nobody here decides on them.
/// </summary>
internal sealed class BodyReader(WireReader reader, BodyFraming framing)
{
    /// <summary>Bytes of a chunk's first line, extension included: ten times what anyone sends.</summary>
    private const int MaxChunkLineBytes = 1024;

    /// <summary>Bytes of all trailers.</summary>
    private const int MaxTrailerBytes = 8 * 1024;

    /// <summary>15 hexadecimal digits: the longest that can't overflow.</summary>
    private const int MaxChunkDigits = 15;

    private long _left = framing.Kind == BodyKind.Length ? framing.Length : 0;
    private bool _ended = framing.Kind == BodyKind.None || framing is { Kind: BodyKind.Length, Length: 0 };
    private bool _firstChunk = true;

    /// <summary>True once the end was read.</summary>
    public bool Ended => _ended;

    /// <summary>The next bytes; they are valid until <see cref="Advance"/>.</summary>
    public async ValueTask<(BodyState State, ReadOnlyMemory<byte> Bytes)> ReadAsync(CancellationToken cancellationToken)
    {
        if (_ended)
        {
            return (BodyState.End, default);
        }

        if (framing.Kind == BodyKind.Chunked && _left == 0)
        {
            var state = await NextChunkAsync(cancellationToken).ConfigureAwait(false);
            if (state != BodyState.Piece)
            {
                return (state, default);
            }
        }

        if (reader.Buffered.IsEmpty && !await reader.FillAsync(cancellationToken).ConfigureAwait(false))
        {
            _ended = framing.Kind == BodyKind.UntilClose && !reader.Broken;
            return (_ended ? BodyState.End : BodyState.Broken, default);
        }

        var bytes = reader.Buffered;
        if (framing.Kind != BodyKind.UntilClose && bytes.Length > _left)
        {
            bytes = bytes[..(int)_left];
        }

        return (BodyState.Piece, bytes);
    }

    /// <summary>Takes <paramref name="count"/> bytes of the piece.</summary>
    public void Advance(int count)
    {
        reader.Advance(count);
        if (framing.Kind != BodyKind.UntilClose)
        {
            _left -= count;
            _ended = _left == 0 && framing.Kind == BodyKind.Length;
        }
    }

    private async ValueTask<BodyState> NextChunkAsync(CancellationToken cancellationToken)
    {
        if (!_firstChunk && await LineAsync(0, cancellationToken).ConfigureAwait(false) != 0)
        {
            return BodyState.Broken;
        }

        _firstChunk = false;
        var length = await LineAsync(MaxChunkLineBytes, cancellationToken).ConfigureAwait(false);
        if (length < 0 || !TryParseSize(reader.Buffered.Span[..length], out _left))
        {
            return BodyState.Broken;
        }

        reader.Advance(length + 2);
        if (_left > 0)
        {
            return BodyState.Piece;
        }

        for (var total = 0; total <= MaxTrailerBytes; )
        {
            var trailer = await LineAsync(MaxTrailerBytes, cancellationToken).ConfigureAwait(false);
            if (trailer < 0)
            {
                return BodyState.Broken;
            }

            reader.Advance(trailer == 0 ? 0 : trailer + 2);
            if (trailer == 0)
            {
                _ended = true;
                return BodyState.End;
            }

            total += trailer + 2;
        }

        return BodyState.Broken;
    }

    /// <summary>The length of the line the buffer starts with, its CR LF not counted; an empty line is taken at once. −1: none.</summary>
    private async ValueTask<int> LineAsync(int maxBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var span = reader.Buffered.Span;
            var at = span.IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
            if (at >= 0 && at + 1 < span.Length)
            {
                if (span[at] != '\r' || span[at + 1] != '\n' || at > maxBytes)
                {
                    return -1;
                }

                reader.Advance(at == 0 ? 2 : 0);
                return at;
            }

            if ((at >= 0 && span[at] != '\r') || span.Length > maxBytes + 2)
            {
                return -1;
            }

            if (!await reader.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return -1;
            }
        }
    }

    private static bool TryParseSize(ReadOnlySpan<byte> line, out long size)
    {
        size = 0;
        var extension = line.IndexOf((byte)';');
        var digits = extension < 0 ? line : line[..extension];
        if (digits.Length is 0 or > MaxChunkDigits)
        {
            return false;
        }

        // No sign, no space, no prefix: NumberStyles.AllowHexSpecifier takes digits only.
        return long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out size);
    }
}

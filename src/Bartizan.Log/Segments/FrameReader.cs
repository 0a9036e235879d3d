using Microsoft.Win32.SafeHandles;

namespace Bartizan.Log.Segments;

/// <summary>
/// Walks the frames of one segment. Each chunk is read into memory of its own, so that what was read stays valid; into the
/// same memory for who looks at one frame at a time and brings it.
/// </summary>
internal sealed class FrameReader(SafeFileHandle file, ulong salt, long offset, byte[]? shared = null)
{
    // One read costs little against what it brings; larger chunks would keep more memory alive behind a kept leaf.
    public const int ChunkBytes = 256 * 1024;

    private byte[] _chunk = [];
    private long _chunkOffset = offset;
    private int _chunkLength;

    /// <summary>Where the next frame starts.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>Reads the next frame and moves past it. <paramref name="frame"/> starts with its head.</summary>
    public FrameState Next(out Memory<byte> frame, out bool startsCommit)
    {
        var state = Look(out frame, out startsCommit);
        if (state == FrameState.Incomplete)
        {
            Fill();
            state = Look(out frame, out startsCommit);
        }

        if (state == FrameState.Whole)
        {
            Offset += frame.Length;
        }

        return state;
    }

    private FrameState Look(out Memory<byte> frame, out bool startsCommit)
    {
        var at = (int)(Offset - _chunkOffset);
        var rest = _chunk.AsMemory(at, _chunkLength - at);
        var state = Frame.Look(rest.Span, salt, out var length, out startsCommit);
        frame = state == FrameState.Whole ? rest[..(Frame.HeadBytes + length)] : default;
        return state;
    }

    private void Fill()
    {
        _chunk = shared ?? GC.AllocateUninitializedArray<byte>(ChunkBytes);
        _chunkOffset = Offset;
        _chunkLength = 0;
        int read;
        while (
            _chunkLength < _chunk.Length
            && (read = RandomAccess.Read(file, _chunk.AsSpan(_chunkLength), _chunkOffset + _chunkLength)) > 0
        )
        {
            _chunkLength += read;
        }
    }
}

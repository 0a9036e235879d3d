namespace Bartizan.Gateway.Model.Answers;

/// <summary>The first bytes of an answer, up to a bound; takes memory only as they come.</summary>
internal sealed class KeptBytes(int maxBytes)
{
    private const int FirstBytes = 512;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>What was kept.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>True when there was more.</summary>
    public bool Truncated { get; private set; }

    /// <summary>Adds what still fits.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(bytes.Length, maxBytes - _length);
        Truncated |= taken < bytes.Length;
        if (_length + taken > _bytes.Length)
        {
            var size = Math.Max(_length + taken, Math.Max(FirstBytes, _bytes.Length * 2));
            Array.Resize(ref _bytes, Math.Min(size, maxBytes));
        }

        bytes[..taken].CopyTo(_bytes.AsSpan(_length));
        _length += taken;
    }
}

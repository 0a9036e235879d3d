namespace Bartizan.Gateway.Inbound;

/// <summary>Of a text that comes in pieces its beginning and its end, each as long as a window: what is between is never joined.</summary>
internal sealed class PlaceText
{
    private readonly char[] _begin = new char[MessageWindow.MaxChars];
    private readonly char[] _end = new char[MessageWindow.MaxChars];
    private int _endLength;

    /// <summary>Characters of all of it.</summary>
    public long Length { get; private set; }

    /// <summary>Its beginning.</summary>
    public ReadOnlySpan<char> Begin => _begin.AsSpan(0, (int)Math.Min(Length, _begin.Length));

    /// <summary>Its end; all of it where it is no longer.</summary>
    public ReadOnlySpan<char> End => _end.AsSpan(0, _endLength);

    /// <summary>It goes on.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        if (Length < _begin.Length)
        {
            text[..Math.Min(text.Length, _begin.Length - (int)Length)].CopyTo(_begin.AsSpan((int)Length));
        }

        Length += text.Length;
        var last = text[^Math.Min(text.Length, _end.Length)..];
        var kept = Math.Min(_endLength, _end.Length - last.Length);
        _end.AsSpan(_endLength - kept, kept).CopyTo(_end);
        last.CopyTo(_end.AsSpan(kept));
        _endLength = kept + last.Length;
    }
}

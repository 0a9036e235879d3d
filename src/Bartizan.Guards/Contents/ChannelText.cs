using System.Text;

namespace Bartizan.Guards.Contents;

/// <summary>The text of one channel while it is put together from the names and values of JSON.</summary>
internal sealed class ChannelText
{
    private readonly StringBuilder _text = new();

    /// <summary>Of what it is made; null where nobody asks.</summary>
    public List<TextSegment>? Segments { get; init; }

    /// <summary>Where what comes next stands.</summary>
    public string Place { get; set; } = "";

    /// <summary>Characters so far.</summary>
    public int Length => _text.Length;

    /// <summary>A name, before its value.</summary>
    public void AddName(string name) => Add(name, ": ");

    /// <summary>A value.</summary>
    public void AddValue(string value) => Add(value, "\n");

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void Add(string text, string end)
    {
        var start = _text.Length;
        _text.Append(text).Append(end);
        Segments?.Add(new TextSegment(start, _text.Length, Place));
    }
}

namespace Bartizan.Guards.Prompts;

/// <summary>The words of a text: runs of letters and digits; of scripts without blanks each sign.</summary>
internal ref struct PromptWords(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    /// <summary>Where the word stands.</summary>
    public (int Start, int Length) Current { get; private set; }

    /// <summary>Goes through them.</summary>
    public readonly PromptWords GetEnumerator() => this;

    /// <summary>The next word.</summary>
    public bool MoveNext()
    {
        while (_at < _text.Length && !char.IsLetterOrDigit(_text[_at]))
        {
            _at++;
        }

        var start = _at;
        while (_at < _text.Length && char.IsLetterOrDigit(_text[_at]))
        {
            if (IsSign(_text[_at]))
            {
                _at += _at == start ? 1 : 0;
                break;
            }

            _at++;
        }

        Current = (start, _at - start);
        return _at > start;
    }

    private static bool IsSign(char c) =>
        c is >= '\u3040' and <= '\u30FF' or >= '\u3400' and <= '\u9FFF' or >= '\uAC00' and <= '\uD7AF';
}

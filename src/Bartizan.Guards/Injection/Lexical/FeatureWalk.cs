using System.Numerics;

namespace Bartizan.Guards.Injection.Lexical;

/// <summary>
/// Reads a text once, from left to right, and says its features as numbers: words alone and with those before them, letters within
/// words, classes of words and which class follows which. What names things (addresses, numbers, identifiers) is read as its kind only,
/// so that nothing is learnt by heart. Training and weighing read with the same code.
/// </summary>
/// <remarks>Each character is looked at a bounded number of times; nothing is allocated.</remarks>
internal ref struct FeatureWalk<TSink>
    where TSink : struct, IFeatureSink
{
    // Letters of a word that are looked at; the rest of a longer one says nothing about its meaning.
    private const int MaxLetters = 24;

    // The longest name before an `@` that is read as one.
    private const int MaxLocal = 64;

    // Words within which one class follows another.
    private const int Reach = 8;

    private const int LeastGram = 3;
    private const int LongestGram = 5;

    private readonly ReadOnlySpan<char> _text;
    private ref TSink _sink;
    private uint _last = LexicalHash.Bound;
    private uint _second;
    private uint _third;
    private int _words;
    private int _nextAt;
    private RecentClasses _recent;

    private FeatureWalk(ReadOnlySpan<char> text, ref TSink sink)
    {
        _text = text;
        _sink = ref sink;
        _nextAt = text.IndexOf('@');
    }

    /// <summary>Reads a text.</summary>
    public static void Over(ReadOnlySpan<char> text, ref TSink sink) => new FeatureWalk<TSink>(text, ref sink).Walk();

    private void Walk()
    {
        Span<char> word = stackalloc char[MaxLetters + 2];
        word[0] = ' ';
        var at = 0;
        while (at < _text.Length)
        {
            var c = _text[at];
            if (!LexicalHash.IsInWord(c))
            {
                at = Mark(c, at);
                continue;
            }

            if (_nextAt >= 0 && _nextAt < at)
            {
                SeekAt(at);
            }

            if (_nextAt >= at && Mail(at) is > 0 and var mailEnd)
            {
                Kind(WordClasses.Mail, at, mailEnd);
                at = mailEnd;
                continue;
            }

            var start = at;
            if (c >= LexicalHash.FirstIdeograph)
            {
                word[1] = c;
                at++;
                Word(word[..2], start, at, WordClasses.Of(LexicalHash.Of(word[1..2])));
                continue;
            }

            at = Read(word, start, out var length, out var digits, out var letters);
            if (at + 2 < _text.Length && _text[at] == ':' && _text[at + 1] == '/' && _text[at + 2] == '/')
            {
                at = Address(at);
                Kind(WordClasses.Address, start, at);
            }
            else if (digits > 0)
            {
                Kind(letters > 0 ? WordClasses.Id : WordClasses.Number, start, at);
            }
            else if (at < _text.Length && _text[at] == '.' && word.Slice(1, length) is "www")
            {
                at = Address(at);
                Kind(WordClasses.Address, start, at);
            }
            else
            {
                word[length + 1] = ' ';
                Word(word[..(length + 2)], start, at, Classes(word.Slice(1, length), at));
            }
        }
    }

    // One word: where it ends. An apostrophe in it is no letter and doesn't end it.
    private readonly int Read(scoped Span<char> word, int at, out int length, out int digits, out int letters)
    {
        (length, digits, letters) = (0, 0, 0);
        while (at < _text.Length)
        {
            var c = _text[at];
            if (c is '\'' or '\u2019')
            {
                if (at + 1 >= _text.Length || !char.IsAsciiLetter(_text[at + 1]) || letters == 0)
                {
                    break;
                }

                at++;
                continue;
            }

            if (!LexicalHash.IsInWord(c) || c >= LexicalHash.FirstIdeograph)
            {
                break;
            }

            if (char.IsAsciiDigit(c))
            {
                digits++;
            }
            else
            {
                letters++;
            }

            if (length < MaxLetters - 1)
            {
                word[++length] = LexicalHash.Lower(c);
            }

            at++;
        }

        return at;
    }

    private int Mark(char c, int at)
    {
        switch (c)
        {
            case ' ' or ',' or '-' or '_' or '\t' or '\'' or '/' or '\r':
                if (c == '\'' && at + 1 < _text.Length && LexicalHash.IsInWord(_text[at + 1]))
                {
                    Bound();
                }

                return at + 1;
            case '<' or '[' when at + 1 < _text.Length && _text[at + 1] is '|' or '/' or '[':
            case '#' or '=' or '-' or '*' when at + 2 < _text.Length && _text[at + 1] == c && _text[at + 2] == c:
                Bound();
                _recent[_words % Reach] |= WordClasses.Rule;
                while (at < _text.Length && _text[at] == c)
                {
                    at++;
                }

                return at;
            default:
                if (c < 0x80 || char.IsPunctuation(c) || char.IsSymbol(c))
                {
                    Bound();
                }

                return at + 1;
        }
    }

    // The beginning of a sentence, a line, a value, a quotation.
    private void Bound()
    {
        if (_last != LexicalHash.Bound)
        {
            (_third, _second, _last) = (_second, _last, LexicalHash.Bound);
        }
    }

    private readonly ulong Classes(ReadOnlySpan<char> letters, int end)
    {
        var classes = WordClasses.Of(LexicalHash.Of(letters));
        if ((classes & WordClasses.Speaker) != 0 && end < _text.Length && _text[end] is ':' or '>' or ']' or '|')
        {
            classes |= WordClasses.Rule;
        }

        return classes;
    }

    // A mail address that begins here: where it ends, or 0.
    private int Mail(int start)
    {
        if (_nextAt - start > MaxLocal)
        {
            return 0;
        }

        for (var at = start; at < _nextAt; at++)
        {
            if (!char.IsAsciiLetterOrDigit(_text[at]) && _text[at] is not ('.' or '_' or '-' or '+'))
            {
                return 0;
            }
        }

        var end = _nextAt + 1;
        while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] is '.' or '-'))
        {
            end++;
        }

        while (end > _nextAt + 1 && _text[end - 1] is '.' or '-')
        {
            end--;
        }

        var found = _nextAt;
        SeekAt(end);
        return end > found + 1 ? end : found + 1;
    }

    private void SeekAt(int from)
    {
        var next = _text[from..].IndexOf('@');
        _nextAt = next < 0 ? -1 : from + next;
    }

    private readonly int Address(int at)
    {
        while (
            at < _text.Length
            && _text[at] is > ' ' and not ('"' or '\'' or '<' or '>' or ')' or ']' or '}' or '`' or '|')
        )
        {
            at++;
        }

        return at;
    }

    private void Kind(ulong kind, int start, int end) => Token(LexicalHash.OfKind(kind), kind, start, end);

    private void Word(scoped ReadOnlySpan<char> word, int start, int end, ulong classes)
    {
        // Letters of a word between blanks: three, four and five of them.
        for (var first = 0; first + LeastGram <= word.Length; first++)
        {
            var gram = LexicalHash.Gram;
            var stop = Math.Min(first + LongestGram, word.Length);
            for (var at = first; at < stop; at++)
            {
                gram = LexicalHash.Step(gram, word[at]);
                if (at - first >= LeastGram - 1)
                {
                    _sink.Add(LexicalHash.Mix(gram));
                }
            }
        }

        Token(LexicalHash.Of(word[1..].TrimEnd(' ')), classes, start, end);
    }

    private void Token(uint word, ulong classes, int start, int end)
    {
        _sink.Add(LexicalHash.Mix(word));
        _sink.Add(LexicalHash.Pair(_last, word));
        _sink.Add(LexicalHash.Pair(LexicalHash.Pair(_second, _last), word));
        _sink.Add(LexicalHash.Pair(_second ^ LexicalHash.Skip, word));
        if (_last == LexicalHash.Bound)
        {
            _sink.Add(LexicalHash.Pair(LexicalHash.Pair(_third, _second) ^ LexicalHash.Skip, word));
        }

        if (classes != 0)
        {
            Follow(_last == LexicalHash.Bound ? classes | WordClasses.First : classes);
        }

        _words++;
        _recent[_words % Reach] = 0;
        (_third, _second, _last) = (_second, _last, word);
        _sink.EndWord(start, end);
    }

    private void Follow(ulong classes)
    {
        var before = 0ul;
        for (var at = 0; at < Reach; at++)
        {
            before |= _recent[at];
        }

        _recent[_words % Reach] |= classes & ~WordClasses.First;
        for (var left = classes; left != 0; left &= left - 1)
        {
            var one = (uint)BitOperations.TrailingZeroCount(left);
            _sink.Add(LexicalHash.OfClass(one));
            if ((classes & WordClasses.First) != 0 && one != 0)
            {
                _sink.Add(LexicalHash.OfClasses(0, one));
            }

            for (var others = one == 0 ? 0 : before; others != 0; others &= others - 1)
            {
                _sink.Add(LexicalHash.OfClasses((uint)BitOperations.TrailingZeroCount(others) + 1, one));
            }
        }
    }
}

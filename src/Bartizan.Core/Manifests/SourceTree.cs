using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Bartizan.Core.Manifests;

/// <summary>
/// Reads YAML into positioned nodes: one document, no anchors, aliases, tags or duplicate keys, within bounds. What two
/// YAML readers could understand differently is an error here.
/// </summary>
internal sealed class SourceTree
{
    /// <summary>Ten thousand rules of two hundred characters; the YAML reader's time grows with the length.</summary>
    public const int MaxCharacters = 2 * 1024 * 1024;

    /// <summary>The deepest key of the manifest reference stands at 7.</summary>
    public const int MaxDepth = 16;

    /// <summary>Keys and values together, ten a rule of ten thousand; bounds memory.</summary>
    public const int MaxNodes = 100_000;

    /// <summary>More errors than this help nobody.</summary>
    public const int MaxErrors = 100;

    private readonly string _file;
    private readonly IParser _parser;
    private readonly ImmutableArray<ManifestError>.Builder _errors;
    private int _nodes;

    private SourceTree(string text, string file, ImmutableArray<ManifestError>.Builder errors)
    {
        _file = file;
        _errors = errors;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads the text of a file; null, with errors, when it isn't one well-formed document.</summary>
    public static SourceNode? Read(string text, string file, ImmutableArray<ManifestError>.Builder errors)
    {
        if (text.Length > MaxCharacters)
        {
            errors.Add(
                new ManifestError(
                    new SourcePosition(file, 1, 1),
                    $"the file is larger than {MaxCharacters / 1024} KiB",
                    "Split what is common into a baseline and name it with `extends`."
                )
            );
            return null;
        }

        if (FindForbidden(text, file) is { } forbidden)
        {
            errors.Add(forbidden);
            return null;
        }

        var tree = new SourceTree(text.Length > 0 && text[0] == '\uFEFF' ? text[1..] : text, file, errors);
        try
        {
            return tree.ReadDocument();
        }
        catch (YamlException problem)
        {
            errors.Add(new ManifestError(tree.At(problem.Start), $"this is not valid YAML: {Plain(problem.Message)}"));
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            // The YAML reader throws other types on some malformed escapes and indents. The file is wrong, not the program.
            var start = tree._parser.Current?.Start ?? Mark.Empty;
            errors.Add(new ManifestError(tree.At(start), "this is not valid YAML from here on"));
        }

        return null;
    }

    // Bytes that are no UTF-8 arrive as U+FFFD or lone surrogates. Control and bidirectional characters can make a file
    // read differently from what it does ("Trojan Source", CVE-2021-42574).
    private static ManifestError? FindForbidden(string text, string file)
    {
        var (line, column) = (1, 1);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n')
            {
                (line, column) = (line + 1, 1);
                continue;
            }

            if (IsForbidden(text, ref i, c))
            {
                return new ManifestError(
                    new SourcePosition(file, line, column),
                    $"the character U+{(int)c:X4} may not stand in a manifest",
                    c == '\uFFFD' ? "The file is not UTF-8: save it as UTF-8." : "Delete it."
                );
            }

            column++;
        }

        return null;
    }

    private static bool IsForbidden(string text, ref int i, char c)
    {
        if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
        {
            i++;
            return false;
        }

        return char.IsSurrogate(c)
            || c is '\uFFFD' or '\u2028' or '\u2029' or '\u0085'
            || (c == '\uFEFF' && i > 0)
            || (char.IsControl(c) && c is not ('\t' or '\r'))
            || (c != '\uFEFF' && char.GetUnicodeCategory(c) == UnicodeCategory.Format);
    }

    private static string Plain(string message)
    {
        var plain = new StringBuilder(message.Length);
        foreach (var c in message.AsSpan(0, Math.Min(message.Length, 200)))
        {
            plain.Append(char.IsControl(c) ? ' ' : c);
        }

        return plain.ToString().TrimEnd('.', ' ');
    }

    private SourceNode? ReadDocument()
    {
        _parser.MoveNext();
        if (_parser.Current is StreamStart)
        {
            _parser.MoveNext();
        }

        if (_parser.Current is not DocumentStart start)
        {
            Report(_parser.Current, "the file is empty", "A manifest starts with `apiVersion: bartizan/v1`.");
            return null;
        }

        if (start.Version is not null)
        {
            Report(start, "YAML directives are not taken", "Delete the line.");
            return null;
        }

        _parser.MoveNext();
        var root = ReadNode(1);
        if (root is null)
        {
            return null;
        }

        _parser.MoveNext();
        if (_parser.Current is DocumentEnd)
        {
            _parser.MoveNext();
        }

        if (_parser.Current is not (null or StreamEnd))
        {
            Report(_parser.Current, "a second document starts here", "A file holds one manifest.");
            return null;
        }

        return root;
    }

    // Leaves the parser on the last event of the node. Null: an error that makes the rest unreadable was reported.
    private SourceNode? ReadNode(int depth)
    {
        var current = _parser.Current;
        if (++_nodes > MaxNodes || depth > MaxDepth)
        {
            Report(current, depth > MaxDepth ? "this is nested too deeply" : "the file holds too many values");
            return null;
        }

        if (current is AnchorAlias)
        {
            Report(
                current,
                "an alias (`*name`) is not taken",
                "Write the value out, or quote it if it starts with `*`."
            );
            return null;
        }

        if (current is not NodeEvent node)
        {
            Report(current, "a value is missing here");
            return null;
        }

        if (!node.Anchor.IsEmpty)
        {
            Report(node, "an anchor (`&name`) is not taken", "Write the value out, or quote it if it starts with `&`.");
            return null;
        }

        if (!node.Tag.IsEmpty)
        {
            Report(node, "a tag (`!name`) is not taken", "Delete it, or quote the value if it starts with `!`.");
            return null;
        }

        return node switch
        {
            Scalar scalar => new SourceNode.Scalar(At(scalar.Start), scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => ReadList(depth, At(node.Start)),
            MappingStart => ReadMap(depth, At(node.Start)),
            _ => null,
        };
    }

    private SourceNode.List? ReadList(int depth, SourcePosition position)
    {
        var items = ImmutableArray.CreateBuilder<SourceNode>();
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd)
        {
            if (ReadNode(depth + 1) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }

        return new SourceNode.List(position, items.ToImmutable());
    }

    private SourceNode.Map? ReadMap(int depth, SourcePosition position)
    {
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<SourceNode.Scalar, SourceNode>>();
        var seen = new Dictionary<string, SourcePosition>(StringComparer.Ordinal);
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            if (ReadNode(depth + 1) is not { } key)
            {
                return null;
            }

            _parser.MoveNext();
            if (ReadNode(depth + 1) is not { } value)
            {
                return null;
            }

            if (key is not SourceNode.Scalar name)
            {
                Report(key.Position, $"{key.Kind} can't be a key");
            }
            else if (!seen.TryAdd(name.Text, name.Position))
            {
                var first = seen[name.Text];
                Report(name.Position, $"`{Quote(name.Text)}` stands twice", $"It stands at {first} already; keep one.");
            }
            else
            {
                entries.Add(new(name, value));
            }
        }

        return new SourceNode.Map(position, entries.ToImmutable());
    }

    /// <summary>The start of a value, fit for a message.</summary>
    public static string Quote(string text)
    {
        const int Shown = 80;
        var plain = Plain(text.Length > Shown ? string.Concat(text.AsSpan(0, Shown), "…") : text);
        return plain.Replace('`', '\'');
    }

    private void Report(ParsingEvent? where, string message, string hint = "") =>
        Report(where is null ? new SourcePosition(_file, 1, 1) : At(where.Start), message, hint);

    private void Report(SourcePosition where, string message, string hint = "")
    {
        if (_errors.Count < MaxErrors)
        {
            _errors.Add(new ManifestError(where, message, hint));
        }
    }

    private SourcePosition At(Mark mark) => new(_file, Math.Max(1, (int)mark.Line), Math.Max(1, (int)mark.Column));
}

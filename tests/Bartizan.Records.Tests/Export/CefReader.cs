using System.Text;

namespace Bartizan.Records.Tests.Export;

/// <summary>Reads CEF as ArcSight's guide has it: a reader of our own making that shares nothing with the writer.</summary>
internal static class CefReader
{
    /// <summary>The seven fields of the header, then keys and values in their order.</summary>
    public static (List<string> Header, List<KeyValuePair<string, string>> Extension) Read(string line)
    {
        var header = new List<string>();
        var field = new StringBuilder();
        var at = 0;
        for (; header.Count < 7; at++)
        {
            if (line[at] == '\\')
            {
                field.Append(line[++at]);
            }
            else if (line[at] == '|')
            {
                header.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[at]);
            }
        }

        return (header, [.. Extension(line[at..])]);
    }

    // A key is a word before an unescaped `=`; its value goes up to the space before the next key.
    private static IEnumerable<KeyValuePair<string, string>> Extension(string text)
    {
        var starts = new List<(int Key, int Value)>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '=')
            {
                var key = i;
                while (key > 0 && char.IsAsciiLetterOrDigit(text[key - 1]))
                {
                    key--;
                }

                starts.Add((key, i + 1));
            }
        }

        for (var i = 0; i < starts.Count; i++)
        {
            var end = i + 1 < starts.Count ? starts[i + 1].Key - 1 : text.Length;
            var value = text[starts[i].Value..end]
                .Replace("\\\\", "\0", StringComparison.Ordinal)
                .Replace("\\=", "=", StringComparison.Ordinal)
                .Replace('\0', '\\');
            yield return new(text[starts[i].Key..(starts[i].Value - 1)], value);
        }
    }
}

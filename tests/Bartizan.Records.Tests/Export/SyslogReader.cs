using System.Globalization;
using System.Text;

namespace Bartizan.Records.Tests.Export;

/// <summary>Reads one message of RFC 5424 by its grammar; what doesn't fit throws.</summary>
internal sealed record SyslogReader(
    int Priority,
    DateTimeOffset Time,
    string Host,
    string Application,
    string Process,
    string Kind,
    string Element,
    List<KeyValuePair<string, string>> Parameters,
    string Message
)
{
    public static SyslogReader Read(ReadOnlySpan<byte> octets)
    {
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(octets);
        var at = 0;
        Expect('<');
        var priority = int.Parse(Until('>'), NumberStyles.None, CultureInfo.InvariantCulture);
        Expect('1');
        Expect(' ');
        var time = DateTimeOffset.ParseExact(
            Until(' '),
            "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal
        );
        string[] words = [Until(' '), Until(' '), Until(' '), Until(' ')];
        Expect('[');
        var element = "";
        while (text[at] is not (' ' or ']'))
        {
            element += text[at++];
        }

        var parameters = new List<KeyValuePair<string, string>>();
        while (text[at] == ' ')
        {
            at++;
            var name = Until('=');
            Expect('"');
            var value = new StringBuilder();
            while (text[at] != '"')
            {
                if (text[at] == ']')
                {
                    throw new FormatException("`]` stands unescaped in a value");
                }

                // Section 6.3.3: a backslash escapes `"`, `\` and `]`, and before anything else is itself.
                if (text[at] == '\\' && text[at + 1] is '"' or '\\' or ']')
                {
                    at++;
                }

                value.Append(text[at++]);
            }

            at++;
            parameters.Add(new(name, value.ToString()));
        }

        Expect(']');
        var message = at < text.Length && text[at] == ' ' ? text[(at + 1)..] : "";
        return new(priority, time, words[0], words[1], words[2], words[3], element, parameters, message);

        void Expect(char c)
        {
            if (text[at++] != c)
            {
                throw new FormatException($"`{c}` was expected at {at - 1}");
            }
        }

        string Until(char end)
        {
            var start = at;
            while (text[at] != end)
            {
                if (text[at] is < '!' or > '~')
                {
                    throw new FormatException("a header's field is printable ASCII");
                }

                at++;
            }

            return text[start..at++];
        }
    }
}

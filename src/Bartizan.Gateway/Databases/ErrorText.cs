using System.Text;

namespace Bartizan.Gateway.Databases;

/// <summary>What an error or a notice of a server says.</summary>
/// <param name="Code">Its SQLSTATE.</param>
/// <param name="Message">Its sentence.</param>
/// <param name="IsFatal">True when the server ends the connection by it.</param>
/// <param name="All">All its texts, for guards.</param>
internal readonly record struct ErrorText(string Code, string Message, bool IsFatal, string[] All)
{
    /// <summary>Reads one; what can't be read says nothing.</summary>
    public static ErrorText Of(byte[] body)
    {
        var (code, message, severity) = ("XX000", "", "");
        var all = new List<string>();
        foreach (var field in Encoding.UTF8.GetString(body).Split('\0').Where(f => f.Length > 1))
        {
            var text = field[1..];
            all.Add(text);
            _ = field[0] switch
            {
                'C' => code = text,
                'M' => message = text,
                'V' => severity = text,
                _ => "",
            };
        }

        return new ErrorText(code, message, severity is "FATAL" or "PANIC", [.. all]);
    }
}

using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Streams;

namespace Bartizan.Guards.Exfiltration;

/// <summary>The values that an action sends, one by one, with the place that they go to.</summary>
internal static class Sent
{
    /// <summary>True when a value of the action completes a credential that went to the same place in pieces.</summary>
    public static bool Completes(AgentAction action, string head, SecretIndex lent, Drips drips)
    {
        var found = false;
        switch (action.Target)
        {
            case HttpTarget http:
                found |= Address(http.Host.ToString(), head, lent, drips);
                foreach (var payload in action.Payloads.Where(p => p.Role == "body"))
                {
                    found |= Values(http.Host.ToString(), payload.Content, lent, drips);
                }

                break;
            case ToolTarget tool:
                foreach (var payload in action.Payloads)
                {
                    found |= Values($"{tool.Server}/{tool.Tool}", payload.Content, lent, drips);
                }

                break;
            case ConnectTarget connect:
                // A label each: whoever owns the name's end reads its beginning.
                var name = connect.Host.ToString();
                var dot = name.IndexOf('.', StringComparison.Ordinal);
                found |= dot > 0 && drips.Take(name[dot..], 0, name[..dot], lent);
                break;
        }

        return found;
    }

    // The last segment of the path, and each value of the query.
    private static bool Address(string host, string head, SecretIndex lent, Drips drips)
    {
        var end = head.IndexOf(" HTTP/", StringComparison.Ordinal);
        var start = head.IndexOf(' ', StringComparison.Ordinal) + 1;
        if (start <= 0 || end <= start)
        {
            return false;
        }

        var parts = head[start..end].Split('?', 2);
        var found = drips.Take(host, 1, Plain(parts[0][(parts[0].LastIndexOf('/') + 1)..]), lent);
        foreach (var pair in parts.Length > 1 ? parts[1].Split('&') : [])
        {
            var value = pair.Split('=', 2);
            found |= drips.Take(host, (ulong)value[0].GetHashCode(StringComparison.Ordinal), Plain(value[^1]), lent);
        }

        return found;
    }

    private static bool Values(string place, ReadOnlyMemory<byte> content, SecretIndex lent, Drips drips)
    {
        var found = false;
        var isRead = JsonTexts.Read(
            content.Span,
            (path, text, _, end, _) => found |= end >= 0 && drips.Take(place, path, text, lent)
        );
        if (isRead)
        {
            return found;
        }

        var body = Encoding.UTF8.GetString(content.Span);
        return body.Length <= 64
            && drips.Take(place, 2, Plain(body[(body.IndexOf('=', StringComparison.Ordinal) + 1)..]), lent);
    }

    private static string Plain(string value) => Uri.UnescapeDataString(value.Replace('+', ' '));
}

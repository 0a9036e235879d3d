using System.Text;

namespace Bartizan.Gateway.Egress;

/// <summary>What a head says about its own connection (RFC 9110, 7.6.1), and which fields therefore go no further.</summary>
internal readonly record struct ConnectionOptions(bool Close, bool Upgrade)
{
    /// <summary>Of one hop, or written anew by whoever forwards. Everything named <c>Proxy-*</c> too.</summary>
    private static readonly string[] OneHop =
    [
        "Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Content-Length",
        "Upgrade",
        "Host",
        "HTTP2-Settings",
    ];

    public static ConnectionOptions Of(List<HeadField> fields)
    {
        var (close, upgrade) = (false, false);
        foreach (var field in fields)
        {
            if (field.Is("Connection") || field.Is("Proxy-Connection"))
            {
                close |= Names(field.Value, "close");
                upgrade |= field.Is("Connection") && Names(field.Value, "upgrade");
            }
        }

        return new ConnectionOptions(close, upgrade);
    }

    /// <summary>Appends the fields that are meant for the other end.</summary>
    public static void AppendEndToEnd(StringBuilder text, IReadOnlyList<HeadField> fields)
    {
        foreach (var field in fields)
        {
            if (!IsOneHop(field.Name, fields))
            {
                text.Append(field.Name).Append(": ").Append(field.Value).Append("\r\n");
            }
        }
    }

    /// <summary>True for a field that goes no further than one connection.</summary>
    public static bool IsOneHop(string name)
    {
        if (
            name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(Answers.OwnFields, StringComparison.OrdinalIgnoreCase)
        )
        {
            return true;
        }

        foreach (var one in OneHop)
        {
            if (one.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when a <c>Connection</c> field names another field.</summary>
    public static bool IsNamed(IEnumerable<string?> connection, string name)
    {
        foreach (var value in connection)
        {
            if (Names(value, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOneHop(string name, IReadOnlyList<HeadField> fields)
    {
        if (IsOneHop(name))
        {
            return true;
        }

        foreach (var field in fields)
        {
            if (field.Is("Connection") && Names(field.Value, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Names(ReadOnlySpan<char> list, ReadOnlySpan<char> option)
    {
        foreach (var range in list.Split(','))
        {
            if (list[range].Trim(" \t").Equals(option, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

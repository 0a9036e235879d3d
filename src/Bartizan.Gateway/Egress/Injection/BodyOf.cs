namespace Bartizan.Gateway.Egress.Injection;

/// <summary>A request's body, where it is of the one kind that a place needs.</summary>
internal static class BodyOf
{
    /// <summary>The body; or why a credential can't be put into it.</summary>
    public static (ReadOnlyMemory<byte> Body, string Problem) Kind(
        OutgoingRequest request,
        Func<string, bool> isKind,
        string kind
    )
    {
        if (request.Has("Content-Encoding"))
        {
            return (default, "its body is packed: a credential isn't put into a packed body");
        }

        if (request.Single("Content-Type") is not { } type || !isKind(TypeOf(type)))
        {
            return (default, $"its credential goes into a body of {kind}, and its one `Content-Type` doesn't say so");
        }

        if (type.Contains("charset", StringComparison.OrdinalIgnoreCase) && !IsUtf8(type))
        {
            return (default, "its body is in another charset than UTF-8");
        }

        return request.Body switch
        {
            null or { IsEmpty: true } => (default, "its credential goes into its body, and it has none"),
            { Length: > Placing.MaxBodyBytes } => (
                default,
                $"its body has more than {Placing.MaxBodyBytes >> 20} MiB: a credential isn't put into it"
            ),
            { } body => (body, ""),
        };
    }

    private static string TypeOf(string field)
    {
        var end = field.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? field : field[..end]).Trim().ToLowerInvariant();
    }

    private static bool IsUtf8(string type) =>
        type.Replace("\"", "", StringComparison.Ordinal).EndsWith("charset=utf-8", StringComparison.OrdinalIgnoreCase);
}

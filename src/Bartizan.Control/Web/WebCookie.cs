using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Control.Web;

/// <summary>
/// Cookies as they came. Read here and not by the framework, which takes the last of two of one name: another host of the same site, or
/// somebody between, could have put a second one beside ours ("cookie tossing").
/// </summary>
internal static class WebCookie
{
    /// <summary>The session's. Browsers take that prefix only with <c>Secure</c>, <c>Path=/</c> and no domain.</summary>
    public const string Session = "__Host-bartizan";

    /// <summary>A sign-in under way at the organisation's provider.</summary>
    public const string SigningIn = "__Host-bartizan-signing-in";

    /// <summary>Reads one; false when there are two of the name, whatever they hold.</summary>
    public static bool TryRead(StringValues headers, string name, out string? value)
    {
        value = null;
        var found = 0;
        foreach (var header in headers)
        {
            foreach (var part in (header ?? "").Split(';'))
            {
                var at = part.IndexOf('=', StringComparison.Ordinal);
                if (at > 0 && part.AsSpan(0, at).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    value = part[(at + 1)..].Trim();
                    found++;
                }
            }
        }

        value = found == 1 && value!.Length > 0 ? value : null;
        return found <= 1;
    }

    /// <summary>Gives one to a browser, until it is closed.</summary>
    public static void Give(HttpContext context, string name, string value, TimeSpan? within = null) =>
        context.Response.Headers.Append(
            "Set-Cookie",
            $"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
                + (within is { } age ? $"; Max-Age={(long)age.TotalSeconds}" : "")
        );

    /// <summary>Takes it back.</summary>
    public static void Take(HttpContext context, string name) =>
        context.Response.Headers.Append("Set-Cookie", $"{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
}

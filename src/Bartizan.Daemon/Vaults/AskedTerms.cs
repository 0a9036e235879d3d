using Bartizan.Client.Vaults;
using Bartizan.Vault;
using Bartizan.Vault.Stores;

namespace Bartizan.Daemon.Vaults;

/// <summary>The terms of a new version: what isn't said is as it was. Only who says so makes them wider.</summary>
internal static class AskedTerms
{
    /// <summary>The terms.</summary>
    /// <exception cref="VaultRefusedException">When they can't be.</exception>
    public static VaultTerms Of(VaultRequest request, VaultTerms? before, DateTimeOffset now)
    {
        if (
            (request.AnyAgent && request.Agents.Count > 0)
            || (request.AnyHost && request.Hosts.Count > 0)
            || (request.NoExpiry && request.Expires is not null)
        )
        {
            throw new VaultRefusedException("that says two things at once", "leave one of them out");
        }

        var kept = before ?? VaultTerms.Open;
        var terms = new VaultTerms
        {
            Agents =
                request.AnyAgent ? []
                : request.Agents.Count > 0 ? [.. request.Agents]
                : kept.Agents,
            Hosts =
                request.AnyHost ? []
                : request.Hosts.Count > 0 ? [.. request.Hosts.Select(Host).Distinct(StringComparer.Ordinal)]
                : kept.Hosts,
            Expires = request.NoExpiry ? null : request.Expires ?? kept.Expires,
            RotateEvery = request.RotateEvery is { } every ? Time(every) : kept.RotateEvery,
        };
        return terms.Expires <= now
            ? throw new VaultRefusedException(
                $"it wouldn't be lent: it expires on {terms.Expires:yyyy-MM-dd}",
                "`--expires DAY` says another day, `--no-expiry` none"
            )
            : terms;
    }

    private static string Host(string text) =>
        VaultHost.Read(text)
        ?? throw new VaultRefusedException($"`{text}` is no host", "`--host api.example.com`, or with its port");

    /// <summary>A time that fits.</summary>
    /// <exception cref="VaultRefusedException">When it is none.</exception>
    public static TimeSpan Time(long seconds) =>
        seconds >= 0 && seconds <= VaultTerms.Longest.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new VaultRefusedException("that time is too long", $"at most {VaultTerms.Longest.TotalDays}d");
}

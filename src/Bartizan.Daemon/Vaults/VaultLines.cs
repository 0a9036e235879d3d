using System.Collections.Immutable;
using Bartizan.Client.Vaults;
using Bartizan.Vault.Stores;

namespace Bartizan.Daemon.Vaults;

/// <summary>The vault's credentials as people see them: what they are called, how they stand, what is to be done about them.</summary>
internal static class VaultLines
{
    /// <summary>How long before its end a credential is reminded of.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    /// <summary>One line for each.</summary>
    public static IReadOnlyList<VaultLine> Of(
        ImmutableArray<VaultRecord> records,
        Func<string, DateTimeOffset?> lastUse,
        DateTimeOffset now
    ) => [.. records.Select(record => Of(record, lastUse, now))];

    private static VaultLine Of(VaultRecord record, Func<string, DateTimeOffset?> lastUse, DateTimeOffset now)
    {
        var newest = record.Versions[^1];
        var state =
            !newest.HasValue ? "revoked"
            : newest.Terms.Expires <= now ? "expired"
            : "current";
        var line = new VaultLine(record.Path, newest.Number, state, newest.Created)
        {
            Agents = newest.Terms.Agents,
            Hosts = newest.Terms.Hosts,
            LastUse = record.Versions.Max(v => lastUse(VaultRecord.HandleOf(record.Path, v.Number))),
            Expires = newest.Terms.Expires,
            RotateBy = newest.Terms.RotateEvery is { } every ? newest.Created + every : null,
            InGrace = record
                .Versions.Where(v => v.HasValue && v.Grace > now)
                .ToDictionary(v => v.Number, v => v.Grace!.Value),
        };
        return line with { Reminder = ReminderOf(line, now) };
    }

    private static string? ReminderOf(VaultLine line, DateTimeOffset now) =>
        line.State == "revoked" ? "revoked: nobody is lent it"
        : line.State == "expired" ? "expired: rotate it"
        : line.Expires - now < Soon ? $"expires on {line.Expires:yyyy-MM-dd}: rotate it"
        : line.RotateBy <= now ? $"was to be rotated by {line.RotateBy:yyyy-MM-dd}"
        : line.RotateBy - now < Soon ? $"is to be rotated by {line.RotateBy:yyyy-MM-dd}"
        : null;
}

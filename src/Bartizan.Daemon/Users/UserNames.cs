using System.Collections.Immutable;

namespace Bartizan.Daemon.Users;

/// <summary>The pseudonyms of end users, for whoever reads the log of an instance from its files.</summary>
public static class UserNames
{
    /// <summary>How entries name a subject, of whichever issuer; nothing for one that isn't known.</summary>
    /// <exception cref="IOException">The book can't be read.</exception>
    public static ImmutableArray<string> Of(string home, string subject) =>
        [
            .. EndUserFile
                .Read(StateDirectory.UsersOf(home))
                .Where(user => user.Subject == subject)
                .Select(user => user.Person),
        ];
}

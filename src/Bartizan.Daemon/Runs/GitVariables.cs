using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Manifests;

namespace Bartizan.Daemon.Runs;

/// <summary>
/// Has Git inside a sandbox take the addresses of the manifest's Git hosts for the proxy's own: <c>git@host:owner/repository</c> is fetched
/// from <c>git://127.0.0.1:3128/NAME/owner/repository</c>. Git reads it from its variables, so no file of the agent's is touched.
/// </summary>
internal static class GitVariables
{
    private const string Proxy = "git://127.0.0.1:3128";

    private const string Count = "GIT_CONFIG_COUNT";

    private const int StandardPort = 22;

    /// <summary>The variables with those for the hosts; what the manifest itself tells Git by variables stays.</summary>
    public static ImmutableDictionary<string, string> Over(
        ImmutableDictionary<string, string> variables,
        ImmutableDictionary<string, GitHost> hosts
    )
    {
        if (hosts.IsEmpty)
        {
            return variables;
        }

        var said = variables.GetValueOrDefault(Count);
        var count = int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var before) ? before : 0;
        foreach (var host in hosts.Values.OrderBy(h => h.Name, StringComparer.Ordinal))
        {
            foreach (var address in AddressesOf(host))
            {
                var number = count++.ToString(CultureInfo.InvariantCulture);
                variables = variables
                    .SetItem($"GIT_CONFIG_KEY_{number}", $"url.{Proxy}/{host.Name}/.insteadOf")
                    .SetItem($"GIT_CONFIG_VALUE_{number}", address);
            }
        }

        return variables.SetItem(Count, count.ToString(CultureInfo.InvariantCulture));
    }

    // The short form has no port; in it a path without a slash is the user's own folder's, which only forges take for the root.
    private static IEnumerable<string> AddressesOf(GitHost host)
    {
        var (user, name) = (host.User, host.Url.Host);
        yield return $"ssh://{user}@{name}:{host.Port}{host.Folder}";
        if (host.Port != StandardPort)
        {
            yield break;
        }

        yield return $"ssh://{user}@{name}{host.Folder}";
        yield return $"{user}@{name}:{host.Folder}";
        if (host.Folder == "/")
        {
            yield return $"{user}@{name}:";
        }
    }
}

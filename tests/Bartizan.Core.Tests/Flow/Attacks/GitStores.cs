using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Flow.Attacks;

/// <summary>A Git host as a store of labels.</summary>
public sealed class GitStores
{
    [Fact]
    public void Two_names_of_one_host_mean_one_store()
    {
        const string Url = "ssh://git@git.example/acme/";

        StoreTable.StoreOf(Named("forge", Url), "forge").ShouldBe(StoreTable.StoreOf(Named("code", Url), "code"));
        StoreTable
            .StoreOf(Named("forge", Url), "forge")
            .ShouldNotBe(StoreTable.StoreOf(Named("forge", "ssh://git@other.example/acme/"), "forge"));
    }

    private static Manifest Named(string name, string url) =>
        new()
        {
            Agent = "a",
            Version = 1,
            Layers = [],
            Git = ImmutableDictionary<string, GitHost>.Empty.Add(
                name,
                new GitHost
                {
                    Name = name,
                    Url = new Uri(url),
                    HostKey = "ssh-ed25519 AAAA",
                    Credential = "key",
                }
            ),
        };
}

using System.Text.Json.Nodes;

namespace Bartizan.Vault.Tests.Providers.Hashi;

/// <content>What it keeps and makes: the engines.</content>
internal sealed partial class OwnVault
{
    private OwnReply Read(string path)
    {
        if (!Kept.TryGetValue(path, out var versions))
        {
            return OwnReply.No(404);
        }

        var reply = Envelope();
        reply["data"] = new JsonObject
        {
            ["data"] = new JsonObject { ["key"] = versions[^1] },
            ["metadata"] = new JsonObject
            {
                ["created_time"] = "2026-11-22T02:24:06.945319214Z",
                ["custom_metadata"] = null,
                ["deletion_time"] = "",
                ["destroyed"] = false,
                ["version"] = versions.Count,
            },
        };
        return OwnReply.Of(reply);
    }

    private OwnReply Issue(OwnToken token, string path, string user, string secret)
    {
        var account = $"v-{token.Policy}-{Drawn()[..12]}";
        var reply = Leased(token, path, account);
        reply["data"] = new JsonObject { [user] = account, [secret] = $"A1a-{Drawn()}" };
        return OwnReply.Of(reply);
    }

    private OwnReply Certificate(OwnToken token, string path, string name)
    {
        var reply = Leased(token, path, $"certificate of {name}");
        reply["data"] = new JsonObject
        {
            ["certificate"] = $"-----BEGIN CERTIFICATE-----\n{Drawn()}\n-----END CERTIFICATE-----",
            ["private_key"] = $"-----BEGIN EC PRIVATE KEY-----\n{Drawn()}\n-----END EC PRIVATE KEY-----",
            ["serial_number"] = "17:67:16:b0",
        };
        return OwnReply.Of(reply);
    }

    private JsonObject Leased(OwnToken token, string path, string account)
    {
        var lease = new OwnLease
        {
            Id = $"{path}/{Drawn()}",
            Account = account,
            Until = Least(token.Until, Clock.GetUtcNow() + LeaseTtl),
            Longest = Clock.GetUtcNow() + LeaseMaxTtl,
        };
        token.Leases.Add(lease);
        var reply = Envelope();
        (reply["lease_id"], reply["renewable"], reply["lease_duration"]) = (lease.Id, true, Seconds(lease.Until));
        return reply;
    }

    private static JsonObject Envelope() =>
        new()
        {
            ["request_id"] = Guid.NewGuid().ToString(),
            ["lease_id"] = "",
            ["renewable"] = false,
            ["lease_duration"] = 0,
            ["data"] = null,
            ["wrap_info"] = null,
            ["warnings"] = null,
            ["auth"] = null,
        };
}

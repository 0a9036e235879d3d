using Bartizan.Core.Manifests;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Bartizan.Gateway.Tests.Egress.Injection.Attacks;

/// <summary>
/// A host that takes the body of one request for the head of the next (CL.0): what it is told in between is the next one's, credential and
/// all, where both are on one connection.
/// </summary>
public sealed class SharedConnectionTests
{
    private static readonly string[] Rules =
    [
        "allow: http * https://api.example/first/** with first",
        "allow: http * https://api.example/second/** with second",
        "allow: http * https://api.example/open/**",
    ];

    [Fact]
    public async Task A_connection_on_which_one_credential_went_is_used_for_no_other()
    {
        await using var house = await InterceptedHouse.OpenAsync(
            Rules,
            outside =>
                SecureServer.StartAsync(
                    outside.Sign(InterceptedHouse.Host),
                    context => context.Response.WriteAsync(context.Connection.Id),
                    HttpProtocols.Http1
                ),
            credentials:
            [
                new CredentialSource("first", CredentialOrigin.Vault, "a/first"),
                new CredentialSource("second", CredentialOrigin.Vault, "a/second"),
            ]
        );
        using var client = house.Client();

        var first = await AskAsync("first");
        var second = await AskAsync("second");
        var open = await AskAsync("open");

        new[] { first, second, open }.ShouldBeUnique();
        (await AskAsync("first")).ShouldBe(first);
        (await AskAsync("second")).ShouldBe(second);
        (await AskAsync("open")).ShouldBe(open);

        async Task<string> AskAsync(string what) => await client.GetStringAsync($"https://api.example/{what}/x").Soon();
    }
}

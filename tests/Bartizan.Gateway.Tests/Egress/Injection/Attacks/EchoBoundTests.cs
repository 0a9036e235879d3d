using System.Net;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Egress.Injection.Attacks;

/// <summary>How often an agent is told where a credential was found.</summary>
public sealed class EchoBoundTests
{
    [Fact]
    public async Task Answers_that_are_under_way_at_once_tell_no_more_than_those_one_after_the_other()
    {
        const int AtOnce = 24;
        var (arrived, all) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var house = await InterceptedHouse.OpenAsync(
            ["allow: http * https://api.example/repos/** with token"],
            outside =>
                SecureServer.StartAsync(
                    outside.Sign(InterceptedHouse.Host),
                    async context =>
                    {
                        if (Interlocked.Increment(ref arrived) == AtOnce)
                        {
                            all.SetResult();
                        }

                        await all.Task.WaitAsync(context.RequestAborted);
                        await context.Response.WriteAsync($"said {context.Request.Headers.Authorization}\n");
                    }
                ),
            credentials: new CredentialSource("token", CredentialOrigin.Vault, "a/b")
        );
        house.House.Host.Value = "ghp_7hQ2mK9vX4pL1sD8fG3jH6kW5zC0bN2rT9yU";
        using var client = house.Client();

        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => AskAsync())).Soon();

        answers.Count(answer => answer is not null).ShouldBeInRange(1, 16);
        answers.ShouldAllBe(answer => answer == null || !answer.Contains("7hQ2mK9v"));
        using var next = await client.GetAsync("https://api.example/repos/a").Soon();
        next.StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        async Task<string?> AskAsync()
        {
            try
            {
                return await client.GetStringAsync("https://api.example/repos/a");
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }
}

namespace Bartizan.Console.Tests;

/// <summary>Somebody who asks the console without a browser.</summary>
internal static class Visitor
{
    public static HttpClient Of(ConsoleHost host) =>
        new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                AllowAutoRedirect = false,
                UseCookies = false,
            }
        )
        {
            BaseAddress = host.Address,
            Timeout = TimeSpan.FromSeconds(30),
        };
}

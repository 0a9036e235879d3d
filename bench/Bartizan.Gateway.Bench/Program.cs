using System.Globalization;
using Bartizan.Gateway.Bench;

// What the model gateway costs, with the real policy and the durable log, beside nginx and a Kestrel forwarder that does nothing.
//   dotnet run -c Release --project bench/Bartizan.Gateway.Bench            the whole table, about three minutes
//   dotnet run -c Release --project bench/Bartizan.Gateway.Bench -- quick   one short round of each
//   dotnet run -c Release --project bench/Bartizan.Gateway.Bench -- bench-llm   the shared harness's load generator alone
// The other words start one of the parts; the table starts them as processes of their own.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case [] or ["quick"]:
        return await Campaign.RunAsync(quick: args.Length == 1);
    case ["bench-llm"]:
        return await Campaign.RunHarnessAsync();
    case ["kill", var eventsUrl]:
        return await KillBench.RunAsync(new Uri(eventsUrl));
    case ["kill-command", var eventsUrl, var program, var home]:
        return await new CommandKill(program, home, new Uri(eventsUrl)).RunAsync();
    case ["gateway", var calls, var events, var delay]:
        await GatewayHost.RunAsync(int.Parse(calls), int.Parse(events), int.Parse(delay));
        return 0;
    case ["forward", var calls, var events]:
        await BareForwarder.RunAsync(int.Parse(calls), int.Parse(events));
        return 0;
    case ["events"]:
        await EventOrigin.RunAsync();
        return 0;
    case ["read", var url, var streams, var seconds]:
        return await EventReader.RunAsync(new Uri(url), int.Parse(streams), int.Parse(seconds));
    default:
        await Console.Error.WriteLineAsync("error: see the head of Program.cs for the words that this program takes");
        return 2;
}

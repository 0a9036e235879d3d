namespace Bartizan.Gateway.Bench;

/// <summary>What is measured: a process, and where it takes calls and streams.</summary>
internal sealed record Target(string Name, Part Part, int CallsPort, int EventsPort, string EventsPrefix)
{
    public Uri Url(int port) => new($"http://127.0.0.1:{port}{EventsPrefix}/v1/chat/completions");
}

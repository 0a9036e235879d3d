using System.CommandLine;
using Bartizan.Client.People;

namespace Bartizan.Cli.People;

/// <summary>The options that say what somebody, or a token, may do.</summary>
internal sealed class GrantOptions
{
    private readonly Option<string[]> _roles = new("--role")
    {
        Description = "viewer, approver, operator or administrator; several may be given.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _agents = new("--agents")
    {
        Description = "For which agents: names, beginnings such as `support-*`; all of them, when left out.",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Puts them on a command.</summary>
    public void On(Command command)
    {
        command.Add(_roles);
        command.Add(_agents);
    }

    /// <summary>What was given.</summary>
    public IReadOnlyList<GrantLine> Of(ParseResult parsed)
    {
        var agents = parsed.GetValue(_agents) is { Length: > 0 } named ? named : ["*"];
        return [.. (parsed.GetValue(_roles) ?? []).Select(role => new GrantLine(role, agents))];
    }

    /// <summary>One of them, in words.</summary>
    public static string Write(GrantLine grant) => $"{grant.Role} of {string.Join(", ", grant.Agents)}";
}

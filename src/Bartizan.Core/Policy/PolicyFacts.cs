using System.Globalization;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>The attributes that a policy's conditions read. What none of them reads is not looked up.</summary>
internal sealed class PolicyFacts
{
    private readonly AttributeSet _agent;
    private readonly AttributeSet _env;
    private readonly ResourceIndex? _resources;
    private readonly bool _readsAction;

    /// <summary>Makes them of a manifest.</summary>
    public PolicyFacts(Manifest manifest)
    {
        var read = (manifest.Layers.IsDefault ? [] : manifest.Layers)
            .SelectMany(layer => layer.Rules)
            .Where(rule => rule.When is not null)
            .SelectMany(rule => rule.When!.Attributes)
            .Select(attribute => attribute.Root)
            .ToHashSet();
        IsEmpty = read.Count == 0;
        _readsAction = read.Contains(AttributeRoot.Action);
        _resources = read.Contains(AttributeRoot.Resource) ? new ResourceIndex(manifest.Catalogue) : null;
        _agent = AttributeSet.Of(
            KeyValuePair.Create("name", AttributeValue.Of(manifest.Agent)),
            KeyValuePair.Create("owner", AttributeValue.Of(manifest.Owner)),
            KeyValuePair.Create("version", AttributeValue.Of((long)manifest.Version))
        );
        _env = AttributeSet.Of(KeyValuePair.Create("name", AttributeValue.Of(WordOf(manifest.Environment))));
    }

    /// <summary>True when no condition reads anything.</summary>
    public bool IsEmpty { get; }

    /// <summary>How conditions call an environment.</summary>
    public static string WordOf(DeploymentEnvironment environment) =>
        environment.ToString().ToLower(CultureInfo.InvariantCulture);

    /// <summary>What is known of a target in its circumstances, the time excepted: each rule has a zone of its own.</summary>
    public Facts Of(ActionTarget target, in Circumstances circumstances)
    {
        if (IsEmpty)
        {
            return new Facts { Args = circumstances.Arguments };
        }

        var count = _readsAction ? CountOf(target, circumstances) : null;
        return new Facts
        {
            Args = circumstances.Arguments,
            Agent = _agent,
            Env = _env,
            User = circumstances.User?.Attributes,
            Resource = _resources?.Find(target),
            Labels = circumstances.Labels,
            Count = count,
            Bulk = count is null ? null : count > 1,
        };
    }

    private static long? CountOf(ActionTarget target, in Circumstances circumstances) =>
        target switch
        {
            ToolTarget => ActionSize.Of(circumstances.Arguments),
            ExecTarget { IsOpaque: true } => null,
            _ => 1,
        };
}

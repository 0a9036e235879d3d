using Bartizan.Core.Enforcement;

namespace Bartizan.Sandbox.Views;

/// <summary>Decides one file by the rules of now: <c>target =&gt; session.Policy.Screen(target, clock.GetUtcNow())</c>.</summary>
public delegate Decision FileJudge(FileTarget target);

using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Manifests;

namespace Bartizan.Core.Tests.Policies.Attacks;

/// <summary>What the floor holds under a manifest that would allow everything, and what it leaves to the manifest.</summary>
public sealed class FloorAttacks
{
    private readonly RuleLayer _floor = Repository
        .LoadFile(Repository.PathOf("examples", "minimal.yaml"))
        .Manifest!.Layers.Single(l => l.Name == "baseline floor");

    [Theory]
    [InlineData("read workspace/.env")]
    [InlineData("read workspace/a/.env.production")]
    [InlineData("read /home/me/.ssh")]
    [InlineData("read /home/me/.ssh/id_ed25519")]
    [InlineData("read /ro" + "ot/.ssh/authorized_keys")]
    [InlineData("read home/.aws/credentials")]
    [InlineData("read workspace/x -> /home/me/.aws/credentials")]
    [InlineData("read /home/me/.config/gcloud/application_default_credentials.json")]
    [InlineData("read /home/me/.azure/accessTokens.json")]
    [InlineData("read /home/me/.kube/config")]
    [InlineData("read /home/me/.docker/config.json")]
    [InlineData("read /home/me/.netrc")]
    [InlineData("read workspace/.npmrc")]
    [InlineData("read /home/me/.pypirc")]
    [InlineData("read /home/me/.git-credentials")]
    [InlineData("read /home/me/.gnupg/private-keys-v1.d/x.key")]
    [InlineData("read workspace/deploy/id_rsa.bak")]
    [InlineData("read workspace/tls/server.pem")]
    [InlineData("read workspace/vault.kdbx")]
    [InlineData("read workspace/infra/terraform.tfstate")]
    [InlineData("read /etc/shadow")]
    [InlineData("read /run/secrets/db")]
    [InlineData("read /home/me/.local/share/bartizan/keys/log.key")]
    [InlineData("write workspace/.git/hooks/post-checkout")]
    [InlineData("write workspace/.git/config")]
    [InlineData("write workspace/sub/.git/hooks/pre-push")]
    [InlineData("write /etc/cron.d/x")]
    [InlineData("write home/.bashrc")]
    [InlineData("exec rm -rf /")]
    [InlineData("exec /bin/rm -rf /")]
    [InlineData("exec git push --force origin main")]
    [InlineData("exec git -C x push -f")]
    [InlineData("exec terraform -chdir=x destroy")]
    [InlineData("exec mkfs.ext4 /dev/sda1")]
    [InlineData("exec sudo ls")]
    [InlineData("connect 169.254.169.254:80")]
    [InlineData("connect [::ffff:169.254.169.254]:80")]
    [InlineData("connect [fd00:ec2::254]:80")]
    [InlineData("connect metadata.google.internal:443")]
    [InlineData("http GET http://169.254.169.254/latest/meta-data/")]
    [InlineData("http PUT http://169.254.169.254:8080/latest/api/token")]
    [InlineData("http GET http://METADATA.google.internal/computeMetadata/v1/")]
    [InlineData("connect x.webhook.site:443")]
    [InlineData("connect webhook.site:443")]
    [InlineData("connect a.b.oastify.com:443")]
    [InlineData("connect abc.ngrok-free.app:443")]
    [InlineData("connect mail.example:25")]
    [InlineData("connect dns.google:443")]
    [InlineData("connect x.onion:80")]
    [InlineData("http POST https://webhook.site/x")]
    public void The_floor_holds_under_a_manifest_that_allows_everything(string target)
    {
        var denied = Generous().Screen(target);

        denied.Effect.ShouldBe(Effect.Deny);
        denied.Rules.ShouldNotBeEmpty();
        denied.Rules.ShouldAllBe(r => r.Layer == "baseline floor");
        denied.Needed.ShouldBeNull();
    }

    [Theory]
    [InlineData("read workspace/src/environment.ts")]
    [InlineData("read workspace/keys.md")]
    [InlineData("read workspace/.github/workflows/ci.yml")]
    [InlineData("write workspace/.gitignore")]
    [InlineData("write workspace/.git/index")]
    [InlineData("write /opt/project/src/a.cs")]
    [InlineData("exec rm -rf node_modules")]
    [InlineData("exec git push origin main")]
    [InlineData("connect api.github.com:443")]
    [InlineData("connect 10.0.0.5:5432")]
    [InlineData("connect mywebhook.site.example:443")]
    public void The_floor_leaves_the_rest_to_the_manifest(string target) =>
        Generous().Screen(target).Effect.ShouldBe(Effect.Allow);

    private Policy Generous() =>
        Policy.Compile(
            Rules.Manifest([], []) with
            {
                Layers =
                [
                    _floor,
                    Rules.Layer(
                        "manifest",
                        false,
                        [
                            "allow: read **",
                            "allow: write **",
                            "allow: exec **",
                            "allow: connect **:*",
                            "allow: http * **",
                            "allow: connect {10.0.0.5,169.254.169.254,[fd00:ec2::254]}:*",
                            "allow: http * http://169.254.169.254:*/**",
                        ]
                    ),
                ],
            }
        );
}

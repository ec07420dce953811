# The first schema of the oracles.

import collateral.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import oracles.domain.quantities
import oracles.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('collateral', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Backtest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('class_id', models.PositiveSmallIntegerField(choices=[(1, 'Real estate'), (2, 'Car'), (3, 'Motorcycle'), (4, 'Truck'), (5, 'Art'), (6, 'Collectible'), (7, 'Machinery'), (8, 'Factory'), (9, 'Container'), (10, 'GPU server'), (11, 'Hotspot'), (12, 'EV charger'), (13, 'Energy hardware'), (14, 'Liquid restaking token')], verbose_name='class')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('data_hash', models.CharField(max_length=64, unique=True, verbose_name='SHA-256 of file and mapping')),
                ('mapping', models.TextField(verbose_name='columns read')),
                ('model', models.CharField(max_length=20)),
                ('rule', models.CharField(max_length=300, verbose_name='split')),
                ('rows', models.PositiveIntegerField(verbose_name='sales tested')),
                ('mdape_bps', models.PositiveBigIntegerField(verbose_name='median error')),
                ('p90_bps', models.PositiveBigIntegerField(verbose_name='90th percentile of errors')),
                ('baseline_mdape_bps', models.PositiveBigIntegerField(verbose_name="median error of the group's median")),
                ('coverage_bps', models.PositiveIntegerField(verbose_name='sales at or above the bound')),
                ('bound_share_bps', models.PositiveIntegerField(verbose_name='bound, share of value')),
                ('chart', models.BinaryField(verbose_name='chart, PNG')),
                ('ran_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['-ran_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('bound_share_bps__lte', 10000), ('coverage_bps__lte', 10000), ('rows__gt', 0)), name='backtest_in_range')],
            },
        ),
        migrations.CreateModel(
            name='BreakerTrip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='round')),
                ('observed_at', models.BigIntegerField(verbose_name='as of, chain time')),
                ('beyond', models.PositiveIntegerField(verbose_name='values beyond their limits')),
                ('counted', models.PositiveIntegerField(verbose_name='values in all')),
                ('classes', models.JSONField(default=dict, verbose_name='beyond their limits by class')),
                ('tripped_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(fields=('number',), name='breaker_trip_once_a_round'), models.CheckConstraint(condition=models.Q(('beyond__gt', 0), ('beyond__lte', models.F('counted'))), name='breaker_trip_counts')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.CharField(max_length=66, unique=True, verbose_name='SHA-256')),
                ('size', models.PositiveBigIntegerField(verbose_name='bytes')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('hash__regex', '^0x[0-9a-f]{64}$')), name='document_hash_shape')],
            },
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cap_units', models.BigIntegerField(verbose_name='value at most, 1e-6 USD')),
                ('lifts', models.BooleanField(default=False, verbose_name='lifts the cap that holds')),
                ('reason', models.CharField(max_length=300)),
                ('status', models.CharField(choices=[('proposed', 'Waits for a second person'), ('confirmed', 'Confirmed by two people'), ('declined', 'Declined'), ('done', 'Done on the ledger')], default='proposed', max_length=9)),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='collateral.asset')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PublisherLease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.BigIntegerField(default=0)),
                ('until', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='publisher_lease_is_one_row')],
            },
        ),
        migrations.CreateModel(
            name='Reporter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=42, unique=True)),
                ('active', models.BooleanField(default=True)),
                ('changed_block', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'ordering': ['address'],
                'constraints': [models.CheckConstraint(condition=models.Q(('address__regex', '^0x[0-9a-fA-F]{40}$')), name='reporter_address_shape')],
            },
        ),
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('status', models.CharField(choices=[('signing', 'Waiting for reporters'), ('published', 'Published'), ('voided', 'Voided by the guardian'), ('abandoned', 'Replaced before publication')], default='signing', max_length=10)),
                ('observed_at', models.BigIntegerField(verbose_name='observed at, chain time')),
                ('count', models.PositiveIntegerField(blank=True, null=True, verbose_name='number of values')),
                ('root', models.CharField(max_length=66)),
                ('content_hash', models.CharField(max_length=66, verbose_name='SHA-256 of the published leaves')),
                ('model_set_hash', models.CharField(blank=True, max_length=66)),
                ('snapshot_hash', models.CharField(blank=True, max_length=66, verbose_name='SHA-256 of the inputs')),
                ('publish_key', models.CharField(blank=True, max_length=80)),
                ('publish_attempts', models.PositiveSmallIntegerField(default=0)),
                ('published_at', models.BigIntegerField(blank=True, null=True, verbose_name='published at, chain time')),
                ('voided_at', models.BigIntegerField(blank=True, null=True, verbose_name='voided at, chain time')),
                ('published_block', models.PositiveBigIntegerField(blank=True, null=True)),
                ('tx_hash', models.CharField(blank=True, max_length=66)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-number', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='round_number_positive'), models.CheckConstraint(condition=models.Q(('count__gt', 0)), name='round_not_empty'), models.CheckConstraint(condition=models.Q(('content_hash__regex', '^0x[0-9a-f]{64}$'), ('root__regex', '^0x[0-9a-f]{64}$')), name='round_hash_shape'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['published', 'voided']), _negated=True), ('published_at__isnull', False), _connector='OR'), name='round_published_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'voided'), _negated=True), ('voided_at__isnull', False), _connector='OR'), name='round_voided_has_time'), models.UniqueConstraint(condition=models.Q(('status', 'abandoned'), _negated=True), fields=('number',), name='round_number_once'), models.UniqueConstraint(condition=models.Q(('status', 'signing')), fields=('status',), name='round_one_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='RoundDissent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20)),
                ('root', models.CharField(max_length=66, verbose_name='root computed')),
                ('snapshot_hash', models.CharField(max_length=66, verbose_name='SHA-256 of its inputs')),
                ('count', models.PositiveIntegerField(verbose_name='leaves that differ')),
                ('differences', models.JSONField(default=list, verbose_name='the first that differ')),
                ('recorded_at', models.DateTimeField(auto_now=True)),
                ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dissents', to='oracles.reporter')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dissents', to='oracles.round')),
            ],
        ),
        migrations.CreateModel(
            name='RoundSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signature', models.CharField(max_length=132)),
                ('submitted_at', models.DateTimeField(auto_now_add=True)),
                ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='oracles.reporter')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='oracles.round')),
            ],
        ),
        migrations.CreateModel(
            name='SignedRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=42)),
                ('oracle', models.CharField(max_length=42)),
                ('chain_id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('observed_at', models.BigIntegerField()),
                ('root', models.CharField(max_length=66)),
                ('content_hash', models.CharField(max_length=66)),
                ('written_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('chain_id', 'oracle', 'address', 'number', 'observed_at'), name='signed_round_once')],
            },
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('registry', 'Attested by verifiers'), ('appraiser', 'Appraiser'), ('published', 'Published record'), ('marketplace', 'Marketplace'), ('telemetry', 'Device telemetry'), ('exchange', 'Exchange'), ('desk', 'Two people at the desk')], max_length=12)),
                ('class_id', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Real estate'), (2, 'Car'), (3, 'Motorcycle'), (4, 'Truck'), (5, 'Art'), (6, 'Collectible'), (7, 'Machinery'), (8, 'Factory'), (9, 'Container'), (10, 'GPU server'), (11, 'Hotspot'), (12, 'EV charger'), (13, 'Energy hardware'), (14, 'Liquid restaking token')], null=True, verbose_name='only for class')),
                ('active', models.BooleanField(default=True)),
                ('signer', models.CharField(blank=True, db_default='', help_text='With one, an observation counts only with its signature.', max_length=42, verbose_name='address that signs what it says')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('slug', ''), _negated=True), name='source_has_slug'), models.CheckConstraint(condition=models.Q(('kind__in', ['registry', 'appraiser', 'published', 'marketplace', 'telemetry', 'exchange', 'desk'])), name='source_kind_known'), models.CheckConstraint(condition=models.Q(('signer', ''), ('signer__regex', '^0x[0-9a-fA-F]{40}$'), _connector='OR'), name='source_signer_shape')],
            },
        ),
        migrations.CreateModel(
            name='Observation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(blank=True, max_length=42, verbose_name='token or currency')),
                ('kind', models.CharField(choices=[('appraisal', 'Appraisal'), ('sale', 'Sale'), ('comparable', 'Comparable'), ('indexed_sale', 'Indexed sale'), ('depreciated', 'Depreciated'), ('model', 'Model'), ('forced_sale', 'Forced sale'), ('rental_income', 'Rental income'), ('token_reward', 'Token reward'), ('market', 'Market'), ('nav', 'Nav'), ('index', 'Index'), ('wrap_depth', 'Wrap depth'), ('backing', 'Backing'), ('slashing', 'Slashing'), ('exchange_rate', 'Exchange rate'), ('cap', 'Cap')], max_length=20)),
                ('value', collateral.fields.Uint256Field(blank=True, null=True)),
                ('unit', models.CharField(choices=[('usd', 'USD'), ('usd_per_hour', 'USD per hour'), ('usd_per_month', 'USD per month'), ('eth', 'ETH'), ('ratio', 'of one'), ('count', 'levels'), ('usd_per_one', 'USD for one')], max_length=20)),
                ('scale', models.SmallIntegerField(verbose_name='decimals')),
                ('currency', models.CharField(db_default='USD', default='USD', max_length=3)),
                ('amount', collateral.fields.Uint256Field(blank=True, null=True, verbose_name='value in base units')),
                ('observed_at', models.BigIntegerField(verbose_name='observed at, unix seconds')),
                ('given', models.CharField(max_length=100, verbose_name='value as given')),
                ('raw_hash', oracles.fields.Sha256Field(verbose_name='SHA-256 of the raw document')),
                ('signature', models.CharField(blank=True, db_default='', max_length=132)),
                ('verdict', models.CharField(choices=[('accepted', 'Accepted'), ('refused', 'Refused')], max_length=8)),
                ('code', models.CharField(blank=True, max_length=20)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('asset', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='collateral.asset')),
                ('override', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='oracles.override')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='oracles.source')),
            ],
        ),
        migrations.CreateModel(
            name='SourceFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('adapter', models.CharField(choices=[('http_json', 'Observations, JSON over HTTPS'), ('exchange_rates', 'Rates of exchange, JSON over HTTPS'), ('price_index', 'House price index, CSV over HTTPS'), ('rents', 'Rents by model, JSON over HTTPS'), ('aggregator', 'Price aggregator on the chain'), ('devices', 'Income that devices signed for'), ('depreciation', 'Depreciation by age')], default='http_json', max_length=16)),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='address')),
                ('hosts', models.JSONField(blank=True, default=list, verbose_name='hosts that may be asked')),
                ('items', models.CharField(default='observations', max_length=60, verbose_name='list in the document')),
                ('fields', models.JSONField(blank=True, default=dict, verbose_name="our fields by the document's names")),
                ('defaults', models.JSONField(blank=True, default=dict, verbose_name='fields that are always the same')),
                ('terms', models.JSONField(blank=True, default=dict, verbose_name='what this kind of feed needs')),
                ('every_s', models.PositiveIntegerField(default=3600, verbose_name='seconds between two askings')),
                ('slot', models.BigIntegerField(default=-1, verbose_name='last slot that was asked')),
                ('failures', models.PositiveIntegerField(default=0, verbose_name='failures in a row')),
                ('open_until', models.DateTimeField(blank=True, null=True, verbose_name='not asked before')),
                ('succeeded_at', models.DateTimeField(blank=True, null=True, verbose_name='last answered')),
                ('last_code', models.CharField(blank=True, max_length=30)),
                ('last_message', models.CharField(blank=True, max_length=300)),
                ('accepted', models.PositiveIntegerField(default=0, verbose_name='accepted at the last answer')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='refused at the last answer')),
                ('source', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='feed', to='oracles.source')),
            ],
        ),
        migrations.CreateModel(
            name='FeedChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slot', models.BigIntegerField()),
                ('class_id', models.PositiveSmallIntegerField(choices=[(1, 'Real estate'), (2, 'Car'), (3, 'Motorcycle'), (4, 'Truck'), (5, 'Art'), (6, 'Collectible'), (7, 'Machinery'), (8, 'Factory'), (9, 'Container'), (10, 'GPU server'), (11, 'Hotspot'), (12, 'EV charger'), (13, 'Energy hardware'), (14, 'Liquid restaking token')], verbose_name='class')),
                ('first_id', models.BigIntegerField(verbose_name="first asset's row")),
                ('last_id', models.BigIntegerField(verbose_name="last asset's row")),
                ('document_hash', models.CharField(max_length=66, verbose_name='SHA-256 of the answer')),
                ('asked_at', models.BigIntegerField(verbose_name='asked at, chain time')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='handed to a worker')),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='oracles.sourcefeed')),
            ],
        ),
        migrations.CreateModel(
            name='Valuation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(blank=True, db_default='', max_length=42)),
                ('class_id', models.PositiveSmallIntegerField(choices=[(1, 'Real estate'), (2, 'Car'), (3, 'Motorcycle'), (4, 'Truck'), (5, 'Art'), (6, 'Collectible'), (7, 'Machinery'), (8, 'Factory'), (9, 'Container'), (10, 'GPU server'), (11, 'Hotspot'), (12, 'EV charger'), (13, 'Energy hardware'), (14, 'Liquid restaking token')], verbose_name='class')),
                ('status', models.PositiveSmallIntegerField(choices=[(0, 'Valid'), (1, 'Frozen'), (2, 'Challenged')])),
                ('value_units', models.BigIntegerField(verbose_name='value, 1e-6 USD')),
                ('lower_units', models.BigIntegerField(verbose_name='lower bound, 1e-6 USD')),
                ('target_value_units', models.BigIntegerField(verbose_name='estimate, 1e-6 USD')),
                ('target_lower_units', models.BigIntegerField(verbose_name='its lower bound, 1e-6 USD')),
                ('nav_wei', collateral.fields.Uint256Field(blank=True, null=True, verbose_name='ether per token, wei')),
                ('sources', models.PositiveSmallIntegerField(verbose_name='sources behind it')),
                ('observed_at', models.BigIntegerField(verbose_name='newest observation, unix seconds')),
                ('valid_until', models.BigIntegerField(verbose_name='valid until, unix seconds')),
                ('asset', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='valuations', to='collateral.asset')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='valuations', to='oracles.round')),
            ],
        ),
        migrations.CreateModel(
            name='DocumentPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('data', models.BinaryField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='oracles.document')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('document', 'position'), name='document_part_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('reason__regex', '^.{10,}$')), name='override_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('status', 'proposed')), models.Q(models.Q(('status', 'proposed'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='override_decided_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('proposed', 'declined')), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='override_needs_two_people'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.CheckConstraint(condition=models.Q(('cap_units__gt', 0)), name='override_cap_positive'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'proposed')), fields=('asset',), name='override_one_open'),
        ),
        migrations.AddConstraint(
            model_name='rounddissent',
            constraint=models.UniqueConstraint(fields=('round', 'reporter'), name='dissent_once'),
        ),
        migrations.AddConstraint(
            model_name='rounddissent',
            constraint=models.CheckConstraint(condition=models.Q(('root__regex', '^0x[0-9a-f]{64}$')), name='dissent_root_shape'),
        ),
        migrations.AddConstraint(
            model_name='roundsignature',
            constraint=models.UniqueConstraint(fields=('round', 'reporter'), name='signature_once'),
        ),
        migrations.AddConstraint(
            model_name='roundsignature',
            constraint=models.CheckConstraint(condition=models.Q(('signature__regex', '^0x[0-9a-f]{130}$')), name='signature_shape'),
        ),
        migrations.AddIndex(
            model_name='observation',
            index=models.Index(condition=models.Q(('verdict', 'accepted')), fields=['asset', 'source', 'kind', '-observed_at'], name='observation_newest'),
        ),
        migrations.AddIndex(
            model_name='observation',
            index=models.Index(condition=models.Q(('verdict', 'accepted'), models.Q(('token', ''), _negated=True)), fields=['token', 'source', 'kind', '-observed_at'], name='observation_newest_token'),
        ),
        migrations.AddIndex(
            model_name='observation',
            index=models.Index(fields=['verdict', '-recorded_at'], name='observation_verdict'),
        ),
        migrations.AddConstraint(
            model_name='observation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('asset__isnull', False), ('token', '')), models.Q(('asset__isnull', True), models.Q(('token', ''), _negated=True)), _connector='OR'), name='observation_one_subject'),
        ),
        migrations.AddConstraint(
            model_name='observation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), ('verdict', 'accepted')), models.Q(('verdict', 'refused'), models.Q(('code', ''), _negated=True)), _connector='OR'), name='observation_refused_has_code'),
        ),
        migrations.AddConstraint(
            model_name='observation',
            constraint=models.CheckConstraint(condition=models.Q(('verdict', 'refused'), models.Q(models.Q(('amount__isnull', False), ('value__isnull', False)), models.Q(('value__gt', 0), models.Q(('kind__in', [oracles.domain.quantities.ObservationKind['WRAP_DEPTH'], oracles.domain.quantities.ObservationKind['BACKING'], oracles.domain.quantities.ObservationKind['SLASHING']]), ('value__gte', 0)), _connector='OR'), ('kind__in', [oracles.domain.quantities.ObservationKind['APPRAISAL'], oracles.domain.quantities.ObservationKind['SALE'], oracles.domain.quantities.ObservationKind['COMPARABLE'], oracles.domain.quantities.ObservationKind['INDEXED_SALE'], oracles.domain.quantities.ObservationKind['DEPRECIATED'], oracles.domain.quantities.ObservationKind['MODEL'], oracles.domain.quantities.ObservationKind['FORCED_SALE'], oracles.domain.quantities.ObservationKind['RENTAL_INCOME'], oracles.domain.quantities.ObservationKind['TOKEN_REWARD'], oracles.domain.quantities.ObservationKind['MARKET'], oracles.domain.quantities.ObservationKind['NAV'], oracles.domain.quantities.ObservationKind['INDEX'], oracles.domain.quantities.ObservationKind['WRAP_DEPTH'], oracles.domain.quantities.ObservationKind['BACKING'], oracles.domain.quantities.ObservationKind['SLASHING'], oracles.domain.quantities.ObservationKind['EXCHANGE_RATE'], oracles.domain.quantities.ObservationKind['CAP']]), ('observed_at__gt', 0), ('scale__gte', 0), ('scale__lte', 18), ('unit__in', [oracles.domain.quantities.Unit['USD'], oracles.domain.quantities.Unit['USD_PER_HOUR'], oracles.domain.quantities.Unit['USD_PER_MONTH'], oracles.domain.quantities.Unit['ETH'], oracles.domain.quantities.Unit['RATIO'], oracles.domain.quantities.Unit['COUNT'], oracles.domain.quantities.Unit['USD_PER_ONE']])), _connector='OR'), name='observation_accepted_is_usable'),
        ),
        migrations.AddConstraint(
            model_name='observation',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('raw_hash'), 32), name='observation_hash_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='observation',
            constraint=models.CheckConstraint(condition=models.Q(('verdict', 'refused'), models.Q(('kind', oracles.domain.quantities.ObservationKind['CAP']), ('override__isnull', False)), models.Q(models.Q(('kind', oracles.domain.quantities.ObservationKind['CAP']), _negated=True), ('override__isnull', True)), _connector='OR'), name='observation_cap_has_override'),
        ),
        migrations.AddConstraint(
            model_name='observation',
            constraint=models.CheckConstraint(condition=models.Q(('verdict', 'refused'), models.Q(('kind', oracles.domain.quantities.ObservationKind['EXCHANGE_RATE']), ('token__regex', '^(?!USD$)[A-Z]{3}$')), models.Q(models.Q(('kind', oracles.domain.quantities.ObservationKind['EXCHANGE_RATE']), _negated=True), models.Q(('token__regex', '^(?!USD$)[A-Z]{3}$'), _negated=True)), _connector='OR'), name='observation_rate_of_currency'),
        ),
        migrations.AddConstraint(
            model_name='observation',
            constraint=models.UniqueConstraint(condition=models.Q(('override__isnull', False)), fields=('override',), name='observation_one_an_override'),
        ),
        migrations.AddConstraint(
            model_name='observation',
            constraint=models.UniqueConstraint(condition=models.Q(('verdict', 'accepted')), fields=('source', 'asset', 'token', 'kind', 'observed_at'), name='observation_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='sourcefeed',
            constraint=models.CheckConstraint(condition=models.Q(('every_s__gte', 60)), name='feed_not_too_often'),
        ),
        migrations.AddConstraint(
            model_name='sourcefeed',
            constraint=models.CheckConstraint(condition=models.Q(('adapter__in', ['http_json', 'exchange_rates', 'price_index', 'rents', 'aggregator', 'devices', 'depreciation'])), name='feed_adapter_known'),
        ),
        migrations.AddConstraint(
            model_name='sourcefeed',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('adapter__in', ('http_json', 'exchange_rates', 'price_index', 'rents')), models.Q(('url', ''), _negated=True)), models.Q(models.Q(('adapter__in', ('http_json', 'exchange_rates', 'price_index', 'rents')), _negated=True), ('url', '')), _connector='OR'), name='feed_fetched_has_address'),
        ),
        migrations.AddIndex(
            model_name='feedchunk',
            index=models.Index(condition=models.Q(('done_at', None)), fields=['sent_at'], name='feed_chunk_waiting'),
        ),
        migrations.AddConstraint(
            model_name='feedchunk',
            constraint=models.UniqueConstraint(fields=('feed', 'slot', 'class_id', 'first_id'), name='feed_chunk_once'),
        ),
        migrations.AddConstraint(
            model_name='feedchunk',
            constraint=models.CheckConstraint(condition=models.Q(('last_id__gte', models.F('first_id'))), name='feed_chunk_in_order'),
        ),
        migrations.AddIndex(
            model_name='valuation',
            index=models.Index(fields=['asset', '-round'], name='valuation_of_asset'),
        ),
        migrations.AddIndex(
            model_name='valuation',
            index=models.Index(fields=['round', 'class_id'], name='valuation_by_class'),
        ),
        migrations.AddConstraint(
            model_name='valuation',
            constraint=models.UniqueConstraint(fields=('round', 'asset', 'token'), name='valuation_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='valuation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('asset__isnull', False), ('token', '')), models.Q(('asset__isnull', True), models.Q(('token', ''), _negated=True)), _connector='OR'), name='valuation_one_subject'),
        ),
        migrations.AddConstraint(
            model_name='valuation',
            constraint=models.CheckConstraint(condition=models.Q(('lower_units__gte', 0), ('value_units__gt', 0), ('lower_units__lte', models.F('value_units'))), name='valuation_ordered'),
        ),
        migrations.AddConstraint(
            model_name='valuation',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('observed_at'))), name='valuation_expires_later'),
        ),
        migrations.AddConstraint(
            model_name='valuation',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', [0, 1, 2])), name='valuation_status_known'),
        ),
        # Parts are read whole and do not compress; trying to costs seconds for a large round.
        migrations.RunSQL(
            "ALTER TABLE oracles_documentpart ALTER COLUMN data SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]
